namespace Slipway.Cli.Commands.Serving;

/// <summary>Where a server keeps what it has, when nobody says: <c>$SLIPWAY_DATA</c>, else where the system wants a user's data (XDG base directories).</summary>
internal static class DataFolder
{
    public const string Variable = "SLIPWAY_DATA";

    /// <param name="given">As written on the command line, relative to the current folder.</param>
    public static string Of(string? given, Surroundings surroundings)
    {
        if ((given ?? surroundings.Variable(Variable)) is { } named)
            return Path.GetFullPath(named, surroundings.Directory);
        var data =
            surroundings.Variable("XDG_DATA_HOME")
            ?? Path.Combine(
                surroundings.Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                ".local",
                "share"
            );
        return Path.Combine(data, "slipway");
    }
}

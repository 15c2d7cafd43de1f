namespace Slipway.Server;

/// <summary>
/// The server of one data folder, also after it was started again: at its start it knows what it had in hand when it died, and need not wait for that to lapse,
/// as it must for what other instances have in the same database.
/// </summary>
/// <param name="Id">16 hex digits, kept in the data folder.</param>
internal sealed record Instance(string Id)
{
    private const string Name = "instance";
    private const int Length = 16;

    public static Instance Of(string dataFolder)
    {
        var path = Path.Combine(dataFolder, Name);
        if (File.Exists(path) && File.ReadAllText(path) is { Length: Length } known && known.All(char.IsAsciiHexDigitLower))
            return new Instance(known);
        var made = Guid.NewGuid().ToString("N")[..Length];
        File.WriteAllText(path, made);
        return new Instance(made);
    }
}

using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui;

/// <summary>Where somebody is sent back to after signing in: a place on this server, whatever the address asked for.</summary>
internal static class ReturnPath
{
    private const int Longest = 2048;

    /// <returns>The path, or <c>/</c> when it might lead elsewhere: browsers take <c>//host</c> and <c>/\host</c> for another server.</returns>
    public static string Check(string? path) =>
        path is { Length: > 0 and <= Longest }
        && path[0] == '/'
        && (path.Length == 1 || path[1] is not ('/' or '\\'))
        && path.All(c => c is > ' ' and < '\x7f' and not '\\')
            ? path
            : "/";

    /// <summary>The sign-in page, for whoever then wants to go on to a path.</summary>
    public static Address SignIn(string path) => Address.To("users", "sign_in").With(("return_to", path == "/" ? null : path));
}

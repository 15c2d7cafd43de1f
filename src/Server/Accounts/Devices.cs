namespace Slipway.Server.Accounts;

/// <summary>What a browser says of itself, in the words people know it by. Only for showing: it may say what it likes.</summary>
internal static class Devices
{
    private const int LongestShown = 60;

    // The first that is named counts: most claim to be others as well.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];

    /// <returns><c>Firefox on Linux</c>; of one that is not known the beginning of what it says.</returns>
    public static string Words(string userAgent) =>
        (Find(Browsers, userAgent), Find(Systems, userAgent)) switch
        {
            ({ } browser, { } system) => $"{browser} on {system}",
            ({ } browser, null) => browser,
            _ when userAgent.Length == 0 => "Unknown browser",
            _ => userAgent.Length > LongestShown ? userAgent[..LongestShown] + "…" : userAgent,
        };

    private static string? Find((string Mark, string Name)[] all, string userAgent) =>
        all.FirstOrDefault(one => userAgent.Contains(one.Mark, StringComparison.Ordinal)).Name;
}

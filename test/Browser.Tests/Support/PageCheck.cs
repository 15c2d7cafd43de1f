using Xunit;

namespace Slipway.Browser.Tests.Support;

/// <summary>What every page must hold to, whoever looks at it: it fits, it can be read, all that can be used has a name.</summary>
internal static class PageCheck
{
    private static readonly string Script = Read();

    public static async Task IsSoundAsync(Window window, string page)
    {
        var wrong = await WrongAsync(window);
        Assert.True(wrong.Count == 0, $"{page}:\n{string.Join('\n', wrong)}");
    }

    /// <returns>What is wrong, a sentence each.</returns>
    public static async Task<IReadOnlyList<string>> WrongAsync(Window window) => await window.Page.EvaluateAsync<string[]>(Script);

    private static string Read()
    {
        using var stream = typeof(PageCheck).Assembly.GetManifestResourceStream("checks.js")!;
        using var reader = new StreamReader(stream);
        // The first line says what it is; the rest is one function.
        return reader.ReadToEnd().Split('\n', 2)[1];
    }
}

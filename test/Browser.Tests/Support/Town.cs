using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Slipway.Browser.Tests.Support;

/// <summary>All tests of the browser, one after the other: two processors are not enough for two browsers.</summary>
[CollectionDefinition(Name)]
public sealed class TownCollection : ICollectionFixture<Town>
{
    public const string Name = "town";
}

/// <summary>One browser, and one real server with its built-in runner, whose first user was made on its set-up page.</summary>
public sealed partial class Town : IAsyncLifetime
{
    public const string User = "ada";
    public const string Password = "correct horse battery staple";

    private IPlaywright? _playwright;
    private Harbour? _harbour;

    /// <summary>Nothing without a browser; the tests then skip.</summary>
    internal Harbour Harbour
    {
        get
        {
            Assert.SkipWhen(Chromium.Path is null, Chromium.Missing);
            return _harbour!;
        }
    }

    internal IBrowser Browser { get; private set; } = null!;

    /// <summary>What the server's dependency proxy takes for Docker Hub.</summary>
    internal FarRegistry Far { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Path is not { } path)
            return;
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] });
        _harbour = await Harbour.OpenAsync("--registry-upstream", Far.Address, "--allow-outbound", "127.0.0.1");
        await using var somebody = await NewWindowAsync();
        await somebody.SetUpAsync(_harbour.SetUpCode);
        somebody.IsClean();
    }

    /// <summary>A browser window of its own, in which nobody is signed in.</summary>
    internal async Task<Window> NewWindowAsync(WindowLook? look = null, Harbour? harbour = null) =>
        await Window.OpenAsync(Browser, (harbour ?? _harbour!).Address, look ?? new WindowLook());

    /// <summary>The same, with the first user signed in.</summary>
    internal async Task<Window> SignedInAsync(WindowLook? look = null)
    {
        _ = Harbour;
        var window = await NewWindowAsync(look);
        await window.SignInAsync(User, Password);
        return window;
    }

    /// <summary>API v4, with an access token of the first user's, made on its page.</summary>
    internal async Task<HttpClient> ApiAsync(string token)
    {
        await using var window = await SignedInAsync();
        await window.GoAsync("/-/user_settings/personal_access_tokens");
        await window.Page.Locator("[name=name]").FillAsync(token);
        await window.Page.Locator("[value=api]").CheckAsync();
        await window.ClickAsync("button", "Create token");
        var client = new HttpClient { BaseAddress = new Uri(Harbour.Address + "/api/v4/") };
        client.DefaultRequestHeaders.Add("PRIVATE-TOKEN", await window.Page.Locator(".copy pre").InnerTextAsync());
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_harbour is not null)
            await _harbour.DisposeAsync();
        if (Browser is not null)
            await Browser.DisposeAsync();
        await Far.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A server as somebody starts it: <c>slipway serve</c> on a free port, with the shell runner.</summary>
internal sealed partial class Harbour : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-browser-");
    private RunningProgram _server = null!;

    public string Address { get; private set; } = "";
    public string SetUpCode { get; private set; } = "";

    /// <summary>For whatever a test needs on the disk.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;

    /// <param name="more">Options of <c>serve</c>.</param>
    public static async Task<Harbour> OpenAsync(params string[] more)
    {
        var harbour = new Harbour();
        harbour._server = new RunningProgram(
            harbour._folder.FullName,
            Programs.NoEnvironment,
            [
                Programs.Slipway,
                "serve",
                "--data",
                Path.Combine(harbour._folder.FullName, "data"),
                "--listen",
                "127.0.0.1:0",
                "--runner",
                "shell",
                .. more,
            ]
        );
        var said = await harbour._server.WaitForAsync("  runner   ");
        harbour.Address = Listens().Match(said).Groups["url"].Value;
        harbour.SetUpCode = Code().Match(said).Groups["code"].Value;
        return harbour;
    }

    /// <summary>Commits files to a new repository and pushes it, as somebody does it in a terminal.</summary>
    /// <param name="project"><c>ada/app</c></param>
    public async Task PushAsync(string project, string message, params (string Path, string Text)[] files)
    {
        var work = Folder(project.Replace('/', '-'));
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(work, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await File.WriteAllTextAsync(full, text);
        }

        if (!Directory.Exists(Path.Combine(work, ".git")))
            await GitAsync(work, "init", "-q", "-b", "main");
        await GitAsync(work, "add", "-A");
        await GitAsync(work, "commit", "-q", "--allow-empty", "-m", message);
        var remote = new UriBuilder(Address)
        {
            UserName = Town.User,
            Password = Uri.EscapeDataString(Town.Password),
            Path = $"/{project}.git",
        };
        await GitAsync(work, "push", "-q", remote.Uri.AbsoluteUri, "HEAD:main");
    }

    /// <summary>The files of <c>samples/hello</c>.</summary>
    public static (string Path, string Text)[] Hello()
    {
        var folder = Path.Combine(Root(), "samples", "hello");
        return
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(path => !path.Contains(".slipway"))
                .Select(path => (Path.GetRelativePath(folder, path), File.ReadAllText(path))),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "walls.txt")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run in the project.");
        return folder.FullName;
    }

    private static Task<string> GitAsync(string folder, params string[] arguments) =>
        Programs.RunAsync(folder, Programs.NoEnvironment, ["git", .. arguments]);

    [GeneratedRegex("listens on (?<url>http://[0-9.:]+)")]
    private static partial Regex Listens();

    [GeneratedRegex("with the code (?<code>[A-Z0-9]+)")]
    private static partial Regex Code();
}

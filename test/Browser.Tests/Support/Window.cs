using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace Slipway.Browser.Tests.Support;

internal sealed record WindowLook(int Width = 1440, bool IsDark = false, bool HasScript = true, int Height = 900);

/// <summary>A window of the browser that is watched: whatever complains in its console, and whatever it asks of other servers, is kept.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly string _address;

    private Window(IBrowserContext context, IPage page, string address)
    {
        (_context, Page, _address) = (context, page, address);
        page.Console += (_, message) =>
        {
            // That a page is not there is no mistake of the page that says so.
            if (message.Type == "error" && !message.Text.Contains("status of 404") && !message.Text.Contains("status of 422"))
                _complaints.Enqueue($"console: {message.Text} at {message.Location}");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"script: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address) && !request.Url.StartsWith("data:"))
                _complaints.Enqueue($"asked elsewhere: {request.Url}");
        };
    }

    public IPage Page { get; }

    public static async Task<Window> OpenAsync(IBrowser browser, string address, WindowLook look)
    {
        var context = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = address,
                ViewportSize = new ViewportSize { Width = look.Width, Height = look.Height },
                ColorScheme = look.IsDark ? ColorScheme.Dark : ColorScheme.Light,
                JavaScriptEnabled = look.HasScript,
                ReducedMotion = ReducedMotion.Reduce,
                AcceptDownloads = true,
            }
        );
        context.SetDefaultTimeout(30_000);
        return new Window(context, await context.NewPageAsync(), address);
    }

    public string Url => Page.Url[_address.Length..];

    /// <summary>Waits until the window has come to an address.</summary>
    public Task IsAtAsync(string path) => Assertions.Expect(Page).ToHaveURLAsync(_address + path, new() { Timeout = 30_000 });

    public Task GoAsync(string path) => Page.GotoAsync(path);

    public Task ClickAsync(string role, string name) =>
        Page.GetByRole(Enum.Parse<AriaRole>(role, ignoreCase: true), new() { Name = name, Exact = true }).First.ClickAsync();

    public Task FillAsync(string label, string text) => Page.GetByLabel(label, new() { Exact = true }).FillAsync(text);

    /// <summary>Waits until a text can be seen.</summary>
    public Task SeesAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>Waits until the element says the text.</summary>
    public Task SeesInAsync(string selector, string text) => Page.Locator(selector, new() { HasText = text }).First.WaitForAsync();

    /// <summary>Looks at a project's pipelines until all of them are over.</summary>
    public async Task SeesPipelinesEndAsync(string project)
    {
        await GoAsync($"/{project}/-/pipelines");
        await Page.WaitForFunctionAsync(
            """
            () => {
              const words = [...document.querySelectorAll("#pipelines .first .badge")].map(one => one.textContent.trim());
              return words.length > 0 && words.every(word => ["passed", "failed", "canceled"].includes(word));
            }
            """
        );
    }

    /// <summary>Puts a mark on the page that a reload would wipe away.</summary>
    public Task MarkAsync() => Page.EvaluateAsync("window.marked = true");

    public async Task WasNotReloadedAsync() =>
        Assert.True(await Page.EvaluateAsync<bool>("window.marked === true"), "the page was loaded again");

    public async Task SetUpAsync(string code)
    {
        await GoAsync("/");
        await FillAsync("Code", code);
        await FillAsync("User name", Town.User);
        await FillAsync("E-mail address", "ada@example.com");
        await FillAsync("Password", Town.Password);
        await FillAsync("Password once more", Town.Password);
        await ClickAsync("button", "Create the administrator");
        await SeesAsync("No projects yet");
    }

    public async Task SignInAsync(string user, string password, string to = "/")
    {
        await GoAsync("/users/sign_in?return_to=" + Uri.EscapeDataString(to));
        await FillAsync("Name or e-mail address", user);
        await FillAsync("Password", password);
        await ClickAsync("button", "Sign in");
        await IsAtAsync(to);
    }

    /// <summary>Nothing complained: no error in the console, nothing that the page's policy forbids, nothing asked of others.</summary>
    public void IsClean() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}

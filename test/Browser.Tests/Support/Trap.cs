using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Slipway.Browser.Tests.Support;

/// <summary>
/// Opens addresses of a server in every way that a browser may run what is there: by itself, and from a page of that server's own origin which, unlike its real ones,
/// forbids nothing; and tells which of them ran.
/// </summary>
internal sealed class Trap : IAsyncDisposable
{
    private const string Path = "/trap-page";

    /// <summary>Answers when all that tells of its end has ended. What a frame only saves tells nothing: it gets two seconds.</summary>
    private const string Embed = """
        async addresses => {
          const ran = [];
          const mark = "slipway-was-here";
          const told = (element, address, way) => new Promise(done => {
            element.onload = element.onerror = () => done();
            document.body.append(element);
            setTimeout(done, 3000);
          }).then(() => { if (globalThis.slipwayWasHere) { ran.push(way + " " + address); delete globalThis.slipwayWasHere; } });
          const make = (tag, values) => Object.assign(document.createElement(tag), values);
          const heard = (port, address, way) => new Promise(done => {
            port.onmessage = message => { if (message.data === mark) ran.push(way + " " + address); done(); };
            setTimeout(done, 3000);
          });
          const frames = [];
          const frame = (tag, values) => frames.push(new Promise(done => {
            const one = make(tag, values);
            one.onload = one.onerror = done;
            setTimeout(done, 2000);
            document.body.append(one);
          }));
          for (const address of addresses) {
            await told(make("script", { src: address }), address, "script");
            await told(make("script", { src: address, type: "module" }), address, "module");
            const style = make("link", { rel: "stylesheet", href: address });
            await told(style, address, "style");
            if (getComputedStyle(document.documentElement).getPropertyValue("--" + mark))
              ran.push("style " + address);
            style.remove();
            const worker = new Worker(address);
            const shared = new SharedWorker(address);
            await Promise.all([
              Promise.race([heard(worker, address, "worker"), new Promise(done => { worker.onerror = done; })]),
              Promise.race([heard(shared.port, address, "shared worker"), new Promise(done => { shared.onerror = done; })]),
              navigator.serviceWorker.register(address).then(
                one => { ran.push("service worker " + address); return one.unregister(); },
                () => { }),
            ]);
            worker.terminate();
          }
          for (const address of addresses) {
            frame("iframe", { src: address });
            frame("object", { data: address });
            frame("embed", { src: address });
            frame("img", { src: address });
          }
          await Promise.all(frames);
          return ran;
        }
        """;

    private readonly IBrowserContext _context;
    private readonly string _origin;
    private readonly ConcurrentQueue<string> _ran = [];

    private Trap(IBrowserContext context, string origin)
    {
        (_context, _origin) = (context, origin);
        context.Console += (_, message) =>
        {
            if (message.Text.Contains(HostileFiles.Mark, StringComparison.Ordinal) && message.Type == "log")
                _ran.Enqueue("console: " + message.Text);
        };
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url).AbsolutePath == "/" + HostileFiles.Mark)
                _ran.Enqueue("asked: " + request.Url);
        };
        context.Dialog += (_, dialog) =>
        {
            _ran.Enqueue("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
    }

    /// <param name="context">Of a window in which somebody is signed in.</param>
    public static async Task<Trap> SetAsync(IBrowserContext context, string origin)
    {
        var trap = new Trap(context, origin);
        await context.RouteAsync(
            origin + Path,
            route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = "<!doctype html><body>trap" })
        );
        return trap;
    }

    /// <returns>What ran, a sentence each.</returns>
    public async Task<IReadOnlyList<string>> TryAsync(IReadOnlyList<string> addresses, IReadOnlyDictionary<string, string> headers)
    {
        _ran.Clear();
        var page = await _context.NewPageAsync();
        await page.SetExtraHTTPHeadersAsync(headers);
        foreach (var address in addresses)
            await OpenAsync(page, address);
        await page.GotoAsync(_origin + Path);
        var ran = await page.EvaluateAsync<string[]>(Embed, addresses);
        await page.CloseAsync();
        return [.. ran, .. _ran];
    }

    /// <summary>A page of its own, as by a link. What is only saved opens none.</summary>
    private static async Task OpenAsync(IPage page, string address)
    {
        try
        {
            await page.GotoAsync(address, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        }
        catch (PlaywrightException e) when (e.Message.Contains("Download is starting") || e.Message.Contains("ERR_ABORTED")) { }
    }

    public async ValueTask DisposeAsync() => await _context.UnrouteAllAsync();
}

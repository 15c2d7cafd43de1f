using System.Diagnostics;
using System.Text;
using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;

namespace Slipway.ServerBench;

/// <summary>Logs as somebody sees them: from a runner's line to the screen of who watches, and how long a large log lets a browser wait.</summary>
internal static class PagesRow
{
    private const int Pieces = 95;
    private const string Needle = "the one line that somebody looks for";

    /// <summary>Answers when there is an element of that kind that says the text, or any text, and the browser has drawn it.</summary>
    private const string Seen = """
        window.seen = (selector, text) => new Promise(done => {
          const look = () => {
            if (![...document.querySelectorAll(selector)].some(one => one.textContent.includes(text))) return false;
            watch.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now())));
            return true;
          };
          const watch = new MutationObserver(look);
          watch.observe(document, { childList: true, subtree: true });
          look();
        });
        """;

    /// <summary>
    /// Tells of the first lines, in milliseconds since the navigation began, and of the line that the page before has asked for, in milliseconds since 1970: when
    /// it is drawn in sight. Each page watches by itself, so that the driver's questions do not count.
    /// </summary>
    private const string Watches =
        Seen
        + """
            window.firstLines = window.seen('.lines .l', '');
            window.sighted = new Promise(done => {
              const wanted = sessionStorage.getItem("wanted");
              const look = () => {
                const place = wanted && document.querySelector(wanted)?.getBoundingClientRect();
                if (place && place.bottom > 0 && place.top < innerHeight) setTimeout(() => done(performance.timeOrigin + performance.now()));
                else requestAnimationFrame(look);
              };
              look();
            });
            """;

    public static async Task RunAsync(Bench bench)
    {
        if (Chromium.Path is not { } path)
        {
            Bench.Tell("logs in a browser", "skipped: " + Chromium.Missing);
            return;
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
        await VisibleAsync(bench, browser);
        await LargeAsync(bench, browser);
    }

    private static async Task VisibleAsync(Bench bench, IBrowser browser)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        using var runner = await TraceRows.JobsAsync(server, 1);
        var job = await runner.TakeAsync();
        var page = await OpenAsync(browser, Seen);
        await page.GotoAsync($"{server.Address}root/logs/-/jobs/{job.Id}");
        await page.Locator("#log-state.live").WaitForAsync();
        var (times, length) = (new List<double>(), 0L);
        for (var n = 0; n < bench.Of(60); n++)
        {
            var line = Encoding.ASCII.GetBytes($"this is line <{n}>\n");
            var seen = page.EvaluateAsync<double>("text => seen('.lines .l:last-child', text)", $"<{n}>");
            var begun = Stopwatch.GetTimestamp();
            await runner.AppendAsync(job, length, line);
            length += line.Length;
            await seen;
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await Task.Delay(n * 37 % 400);
        }

        Bench.Tell("a line is sent → it is drawn in an open page", Bench.Percentiles(times), "p95 1 s");
    }

    private static async Task LargeAsync(Bench bench, IBrowser browser)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        using var runner = await TraceRows.JobsAsync(server, 1);
        var job = await runner.TakeAsync();
        var lines = await FillAsync(bench, runner, job);
        var address = $"{server.Address}root/logs/-/jobs/{job.Id}";
        await TellAsync(
            bench,
            browser,
            $"a log of {bench.Of(Pieces)} MiB, {lines} lines → its first lines are drawn",
            "1 s",
            async (page, _) => await FirstAsync(page, address)
        );
        await TellAsync(
            bench,
            browser,
            "the same → jump to a line in the middle",
            "300 ms",
            async (page, n) =>
            {
                await page.GotoAsync(address);
                var number = lines / 3 + n * 1000;
                // As somebody follows a link to a line: the page sees that it has not got it, and asks for its part.
                return await JumpAsync(page, $"location.hash = '#L{number}'", $"#L{number}");
            }
        );
        await TellAsync(
            bench,
            browser,
            "the same → jump to its beginning",
            "300 ms",
            async (page, _) =>
            {
                await page.GotoAsync(address);
                return await JumpAsync(page, "document.querySelector('.cut a').click()", "#L1");
            }
        );
        await TellAsync(
            bench,
            browser,
            "the same → jump from its beginning to its end",
            "300 ms",
            async (page, _) =>
            {
                await page.GotoAsync(address + "?from=1");
                return await JumpAsync(page, "document.querySelector('.cut a:last-child').click()", $"#L{lines}");
            }
        );
        await TellAsync(
            bench,
            browser,
            "the same → all of it is searched for words",
            "",
            async (page, _) => await FirstAsync(page, $"{address}?search={Uri.EscapeDataString(Needle)}")
        );
        await TellAsync(
            bench,
            browser,
            "the same → jump to what was found",
            "300 ms",
            async (page, _) =>
            {
                await page.GotoAsync($"{address}?search={Uri.EscapeDataString(Needle)}");
                return await JumpAsync(page, "document.querySelector('.lines .l a').click()", ".l:target");
            }
        );
    }

    /// <summary>A log just under the limit of 100 MB, which ends well.</summary>
    /// <returns>How many lines it has.</returns>
    private static async Task<int> FillAsync(Bench bench, RunnerDouble runner, Taken job)
    {
        var piece = TraceRows.Lines(1 << 20);
        var needle = Encoding.ASCII.GetBytes(Needle + "\n");
        var (lines, length, pieces) = (0, 0L, bench.Of(Pieces));
        for (var n = 0; n < pieces; n++)
        {
            foreach (var bytes in n == pieces / 2 ? [needle, piece] : (byte[][])[piece])
            {
                await runner.AppendAsync(job, length, bytes);
                (length, lines) = (length + bytes.Length, lines + bytes.Count(one => one == '\n'));
            }
        }

        await runner.EndAsync(job);
        return lines;
    }

    private static async Task TellAsync(Bench bench, IBrowser browser, string what, string budget, Func<IPage, int, Task<double>> time)
    {
        var times = new List<double>();
        for (var n = 0; n < bench.Of(20) + 1; n++)
        {
            var page = await OpenAsync(browser, Watches);
            var took = await time(page, n);
            // The first one compiles what the server has not used before.
            if (n > 0)
                times.Add(took);
            await page.Context.CloseAsync();
        }

        Bench.Tell(what, Bench.Percentiles(times), budget);
    }

    private static async Task<double> FirstAsync(IPage page, string address)
    {
        await page.GotoAsync(address, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        return await page.EvaluateAsync<double>("firstLines");
    }

    /// <summary>From what somebody does until the line is drawn in sight, on the page that it leads to.</summary>
    private static async Task<double> JumpAsync(IPage page, string act, string line)
    {
        var before = page.Url;
        var begun = await page.EvaluateAsync<double>(
            $"line => {{ sessionStorage.setItem('wanted', line); const begun = performance.timeOrigin + performance.now(); setTimeout(() => {{ {act} }}); return begun; }}",
            line
        );
        await page.WaitForURLAsync(url => url.Split('#')[0] != before.Split('#')[0], new() { WaitUntil = WaitUntilState.Commit });
        return await page.EvaluateAsync<double>("sighted") - begun;
    }

    /// <summary>A window that has seen nothing yet.</summary>
    private static async Task<IPage> OpenAsync(IBrowser browser, string script)
    {
        var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1440, Height = 900 },
            }
        );
        await context.AddInitScriptAsync(script);
        return await context.NewPageAsync();
    }
}

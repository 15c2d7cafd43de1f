using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class PipelineJourneyTests(Town town)
{
    // The test opens the gate, so nothing here takes a time that somebody has guessed.
    private const string Slow = """
        slow:
          script:
            - for i in 1 2 3 4; do echo "step $i of 8"; done
            - until test -e GATE; do sleep 0.1; done
            - for i in 5 6 7 8; do echo "step $i of 8"; done
            - printf '\033[31mnot good\033[0m\n'
            - exit 3
        """;

    [Fact]
    public async Task A_push_is_seen_to_turn_green_and_what_it_made_is_read()
    {
        await using var window = await town.SignedInAsync();
        await window.GoAsync("/projects/new");
        await window.FillAsync("Name", "Journey");
        await window.ClickAsync("button", "Create project");
        await window.SeesAsync("Nothing has been pushed yet");
        Assert.Contains($"git remote add slipway {town.Harbour.Address}/ada/journey.git", await window.Page.InnerTextAsync("main"));

        await window.ClickAsync("link", "Pipelines");
        await window.SeesAsync("No pipelines yet");
        await window.MarkAsync();
        await town.Harbour.PushAsync("ada/journey", "Say hello", Harbour.Hello());
        await window.SeesInAsync("#pipelines a.title", "Say hello");
        await window.SeesInAsync("#pipelines .badge", "passed");
        await window.WasNotReloadedAsync();

        await window.Page.Locator("#pipelines a.title").First.ClickAsync();
        await window.SeesInAsync("#pipeline .head .badge", "passed");
        Assert.Equal(8, await window.Page.Locator("li.job").CountAsync());
        await PlayAsync(window);
        await ReadAsync(window);
        window.IsClean();
    }

    /// <summary>A manual job is played where it is seen, and the page follows.</summary>
    private static async Task PlayAsync(Window window)
    {
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Play deploy" }).ClickAsync();
        await window.MarkAsync();
        await window.Page.GetByRole(AriaRole.Img, new() { Name = "deploy: passed" }).WaitForAsync();
        await window.WasNotReloadedAsync();
    }

    private static async Task ReadAsync(Window window)
    {
        await window.Page.Locator("li.job a", new() { HasText = "compile" }).ClickAsync();
        await window.SeesInAsync(".lines .l", "$ mkdir -p out");
        var chores = window.Page.Locator(".lines details:not([open])");
        Assert.NotEqual(0, await chores.CountAsync());
        await chores.First.Locator("summary").ClickAsync();
        await window.Page.Locator(".lines details").First.EvaluateAsync("one => { if (!one.open) throw new Error('it stays folded'); }");
        var anchor = await window.Page.Locator(".lines details[open] .l > a[href]").Last.GetAttributeAsync("href");
        await window.GoAsync(window.Url + anchor);
        await window.Page.Locator($"{anchor}:target").WaitForAsync();

        await window.ClickAsync("link", "Browse");
        await window.ClickAsync("link", "Folder out");
        await window.ClickAsync("link", "File hello");
        await window.SeesInAsync(".source", "#!/bin/sh");
        var download = await window.Page.RunAndWaitForDownloadAsync(() =>
            window.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Download") }).ClickAsync()
        );
        Assert.Equal("hello", download.SuggestedFilename);
        Assert.StartsWith("#!/bin/sh", await File.ReadAllTextAsync((await download.PathAsync())!));
    }

    [Fact]
    public async Task A_running_log_arrives_as_it_is_written_and_its_failure_is_one_click_from_its_line()
    {
        await using var window = await town.SignedInAsync();
        var gate = Path.Combine(town.Harbour.Folder("gates"), "slow");
        await town.Harbour.PushAsync("ada/slow", "Take some time", (".gitlab-ci.yml", Slow.Replace("GATE", gate)));
        await window.GoAsync("/ada/slow/-/pipelines");
        await window.SeesInAsync("#pipelines .badge", "running");
        await window.Page.Locator("#pipelines a.title").First.ClickAsync();
        await window.Page.Locator("li.job a", new() { HasText = "slow" }).ClickAsync();
        await window.MarkAsync();
        await window.SeesInAsync("#log-state", "live");
        await window.SeesInAsync(".lines .l", "step 4 of 8");
        Assert.Equal(0, await window.Page.Locator(".lines .l", new() { HasText = "step 8 of 8" }).CountAsync());
        await File.WriteAllTextAsync(gate, "");
        await window.SeesInAsync(".lines .l", "step 8 of 8");
        await window.SeesInAsync("#log-state", "complete");
        await window.SeesInAsync("#job-head .badge", "failed");
        await window.SeesInAsync("#job-head .note", "Exit code 3");
        await window.WasNotReloadedAsync();
        Assert.Equal(1, await window.Page.Locator(".lines .l", new() { HasText = "step 4 of 8" }).CountAsync());

        await window.ClickAsync("link", "Pipeline #" + await PipelineAsync(window));
        await window.SeesInAsync(".failure .why", "A command of the script failed. Exit code 3.");
        await window.SeesInAsync(".failure .l", "not good");
        await window.Page.Locator(".failure a.title").ClickAsync();
        await window.Page.Locator(".l:target", new() { HasText = "exit code 3" }).WaitForAsync();

        await window.Page.GetByLabel("Search the log").FillAsync("STEP 7");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.SeesAsync("1 line has “STEP 7”");
        window.IsClean();
    }

    [Fact]
    public async Task A_long_log_shows_its_end_and_is_read_upwards_and_at_any_line()
    {
        await using var window = await town.SignedInAsync();
        await town.Harbour.PushAsync(
            "ada/long",
            "Say much",
            (".gitlab-ci.yml", "long: {script: ['seq -f \"line %g of a log that is rather long\" 20000']}")
        );
        await window.GoAsync("/ada/long/-/pipelines");
        await window.SeesInAsync("#pipelines .badge", "passed");
        await window.Page.Locator("#pipelines a.title").First.ClickAsync();
        await window.Page.Locator("li.job a", new() { HasText = "long" }).ClickAsync();
        await window.SeesInAsync("#log-state", "complete");
        var first = await FirstAsync(window);
        Assert.InRange(first, 10_000, 20_000);
        Assert.Equal(
            1,
            await window
                .Page.Locator(".lines .l > a")
                .First.EvaluateAsync<int>("one => Math.round(one.getBoundingClientRect().height / 20)")
        );

        await window.ClickAsync("link", "Earlier lines");
        // The end of the part before is what is seen.
        await SeesLineAsync(window, first - 1);
        Assert.Equal(0, await window.Page.Locator($"#L{first}").CountAsync());
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Go on" }).Last.ClickAsync();
        await window.Page.Locator($"#L{first}").WaitForAsync();

        // A line of another part, and one of this part that no row on the screen is near.
        foreach (var number in (int[])[70, 2500])
        {
            await window.Page.EvaluateAsync(
                "address => { location.href = address; }",
                $"{window.Page.Url.Split('?')[0]}?from=70#L{number}"
            );
            await window.Page.Locator($"#L{number}:target").WaitForAsync();
            await SeesLineAsync(window, number);
        }

        window.IsClean();
    }

    /// <summary>The line is on the screen, and not under the log's bar.</summary>
    private static async Task SeesLineAsync(Window window, int number) =>
        await window.Page.WaitForFunctionAsync(
            """
            number => {
              const place = document.getElementById(`L${number}`)?.getBoundingClientRect();
              return place && place.top >= document.querySelector(".log-top").getBoundingClientRect().bottom && place.bottom <= innerHeight;
            }
            """,
            number
        );

    private static async Task<int> FirstAsync(Window window) =>
        await window.Page.EvaluateAsync<int>("Number(document.querySelector('.lines .l').id.slice(1))");

    private static async Task<string> PipelineAsync(Window window) =>
        (await window.Page.Locator(".crumbs li", new() { HasText = "Pipeline #" }).InnerTextAsync()).Split('#')[1].Trim();

    [Fact]
    public async Task A_pipeline_is_run_by_hand_with_a_variable_and_cancelled_from_the_list()
    {
        await using var window = await town.SignedInAsync();
        const string yaml = """
            wait:
              rules: [{if: $GREETING}]
              script: ['echo "$GREETING"', sleep 60]
            never:
              rules: [{if: $CI_COMMIT_TAG}]
              script: "true"
            """;
        await town.Harbour.PushAsync("ada/byhand", "Only by hand", (".gitlab-ci.yml", yaml));
        await window.GoAsync("/ada/byhand/-/pipelines/new?ref=main&var[OTHER]=1");
        Assert.Equal("OTHER", await window.Page.GetByLabel("Variable 1: name").InputValueAsync());
        await window.FillAsync("Variable 2: name", "GREETING");
        await window.FillAsync("Variable 2: value", "ahoy");
        await window.Page.GetByLabel("Variable 3: name").WaitForAsync();
        await window.ClickAsync("button", "Run pipeline");
        await window.Page.GetByRole(AriaRole.Img, new() { Name = "wait: running" }).WaitForAsync();
        await window.GoAsync("/ada/byhand/-/pipelines");
        await window.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Cancel pipeline") }).ClickAsync();
        await window.SeesInAsync("#pipelines .badge", "canceled");
        Assert.EndsWith("/ada/byhand/-/pipelines", window.Url);
        window.IsClean();
    }
}

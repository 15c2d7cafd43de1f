using System.Text.RegularExpressions;
using Slipway.Server.Tests.Support;
using Slipway.Server.Ui.Logs;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class JobLogPageTests
{
    private const string Script = "\r\e[0K";

    [Fact]
    public async Task A_long_log_is_searched_whole_and_opened_at_any_line()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await room.JobAsync(await room.PipelineAsync("make: {script: make}"));
        await room.LogAsync(
            job,
            string.Concat(Enumerable.Range(1, 60_000).Select(at => $"line \e[32m{at}\e[0m of a log that is rather long\n"))
        );
        await room.SetAsync(job, "success");
        var browser = await room.SignedInAsync();
        var page = $"/ada/app/-/jobs/{job.Id}";
        Assert.DoesNotContain("id=\"L10000\"", (await browser.GetAsync(page)).Text);
        var found = (await browser.GetAsync($"{page}?search=LINE+12345+of")).Text;
        PageCheck.Inert(found);
        Assert.Contains("1 line has “LINE 12345 of”", found);
        Assert.Contains($"href=\"{page}?from=12345#L12345\"", found);
        var part = (await browser.GetAsync($"{page}?from=12345")).Text;
        Assert.Contains("id=\"L12345\"", part);
        Assert.Contains("id=\"L12300\"", part);
        Assert.DoesNotContain("id=\"L12200\"", part);
        Assert.Contains("line <span class=\"f2\">12345</span> of a log", part);
        Assert.Contains("id=\"L60000\"", (await browser.GetAsync($"{page}?from=999999999")).Text);
        Assert.Contains("0 lines have", (await browser.GetAsync($"{page}?search=%3Cscript%3E")).Text);
    }

    [Fact]
    public async Task A_long_log_is_read_upwards_from_its_end_without_a_line_left_out()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await room.JobAsync(await room.PipelineAsync("make: {script: make}"));
        await room.LogAsync(job, string.Concat(Enumerable.Range(1, 20_000).Select(at => $"line {at} of a log that is rather long\n")));
        await room.SetAsync(job, "success");
        var browser = await room.SignedInAsync();
        var page = $"/ada/app/-/jobs/{job.Id}";
        var (address, shown, parts) = (page, new List<int>(), 0);
        for (string? earlier = page; earlier is not null; parts++)
        {
            address = earlier;
            var text = (await browser.GetAsync(address)).Text;
            PageCheck.Inert(text);
            shown.InsertRange(0, Lines(text));
            Assert.Equal(parts > 0, text.Contains("Go on"));
            earlier = Regex.Match(text, "<a href=\"([^\"]+)\">Earlier lines</a>") is { Success: true } link ? link.Groups[1].Value : null;
            Assert.EndsWith(earlier is null ? "" : "#log-end", earlier ?? "");
        }

        Assert.Equal(Enumerable.Range(1, 20_000), shown);
        Assert.Equal(4, parts);
        Assert.StartsWith($"{page}?to=", address);
        Assert.Contains($"href=\"{page}?to=4950#log-end\"", (await browser.GetAsync($"{page}?from=5000")).Text);
    }

    [Fact]
    public void Rows_stand_in_groups_that_a_browser_leaves_out_while_they_are_not_seen()
    {
        var (reader, items) = (new LogReader(), new List<LogItem>());
        var lines = string.Concat(Enumerable.Range(1, 250).Select(at => $"line {at}\n"));
        reader.Take(
            System.Text.Encoding.UTF8.GetBytes(
                $"{lines}section_start:1:step_script{Script}Script\n{lines}section_end:2:step_script{Script}{lines}"
            ),
            items
        );
        reader.End(items);
        var html = LogView.Of(items, null).ToString();
        Assert.Equal(
            [1, 101, 252, 352, 502, 602],
            Regex.Matches(html, "<div class=\"hundred\"><div class=\"l\" id=\"L([0-9]+)\"").Select(Number)
        );
        Assert.Equal(Enumerable.Range(1, 751), Lines(html));
        // Each group ends behind its hundredth row, and a section holds its own.
        Assert.Equal(
            [100, 200, 351, 451, 601, 701],
            Regex.Matches(html, "id=\"L([0-9]+)\"(?:(?!id=).)*</div></div>").Select(Number).Where(at => at != 251)
        );
        Assert.Contains("<span>line 250</span></div></details><div class=\"hundred\">", html);
    }

    private static IEnumerable<int> Lines(string html) => Regex.Matches(html, " id=\"L([0-9]+)\"").Select(Number);

    private static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_failed_jobs_reason_and_the_end_of_its_script_stand_on_the_pipelines_page()
    {
        await using var room = await PageRoom.OpenAsync();
        var pipeline = await room.PipelineAsync("make: {script: make}");
        var job = await room.JobAsync(pipeline);
        var lines = string.Concat(Enumerable.Range(1, 30).Select(at => $"compiling {at}\n"));
        await room.LogAsync(
            job,
            $"section_start:1:step_script{Script}Script\n{lines}crane.c:42: <b>error</b>\nmake: stopped\nsection_end:9:step_script{Script}section_start:9:cleanup_file_variables{Script}Cleaning up\nsection_end:9:cleanup_file_variables{Script}ERROR: Job failed: exit code 2\n"
        );
        await room.Server.Db.ExecuteAsync(
            "UPDATE jobs SET status = 'failed', failure_reason = 'script_failure', exit_code = 2",
            null,
            default
        );
        var page = (await (await room.SignedInAsync()).GetAsync($"/ada/app/-/pipelines/{pipeline}")).Text;
        PageCheck.Inert(page);
        Assert.Contains("One job failed", page);
        Assert.Contains("A command of the script failed. Exit code 2.", page);
        Assert.Contains("crane.c:42: &lt;b&gt;error&lt;/b&gt;", page);
        Assert.Contains("ERROR: Job failed: exit code 2", page);
        Assert.Contains($"href=\"/ada/app/-/jobs/{job.Id}#L32\"", page);
        Assert.DoesNotContain("compiling 20<", page);
        Assert.DoesNotContain("Cleaning up", page);
    }

    [Fact]
    public async Task A_job_that_waits_says_whether_anybody_could_take_it()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await room.JobAsync(await room.PipelineAsync("make: {tags: [docker], script: make}"));
        var browser = await room.SignedInAsync();
        var page = $"/ada/app/-/jobs/{job.Id}";
        var alone = (await browser.GetAsync(page)).Text;
        PageCheck.Inert(alone);
        Assert.Contains("No runner with the tags docker that may take it is online", alone);
        await room.Server.Db.ExecuteAsync(
            """
            INSERT INTO runners (runner_type, token_hash, description, maintenance_note, paused, locked, run_untagged, tags, access_level, created_at, contacted_at)
            VALUES ('instance_type', 'x', '', '', 0, 0, 1, '["docker"]', 'not_protected', @now, @now)
            """,
            new { now = room.Server.Time.GetUtcNow().ToUnixTimeMilliseconds() },
            default
        );
        Assert.Contains("It waits for a runner with the tags docker to be free", (await browser.GetAsync(page)).Text);
    }

    [Fact]
    public async Task A_job_is_erased_by_its_owner_and_its_log_is_gone()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await room.JobAsync(await room.PipelineAsync("make: {script: make}"));
        await room.LogAsync(job, "secret\n");
        var browser = await room.SignedInAsync();
        var page = $"/ada/app/-/jobs/{job.Id}";
        var token = (await browser.GetAsync(page)).Token;
        Assert.Equal(403, (await browser.PostAsync($"{page}/erase", token)).Status);
        await room.SetAsync(job, "success");
        Assert.Contains("secret", (await browser.GetAsync(page)).Text);
        Assert.Equal(303, (await browser.PostAsync($"{page}/erase", token)).Status);
        var erased = (await browser.GetAsync(page)).Text;
        Assert.Contains("Its log and artifacts were erased", erased);
        Assert.DoesNotContain("secret", erased);
    }

    [Fact]
    public async Task Open_pages_are_told_of_changes_and_of_what_changed_before_they_listened()
    {
        await using var room = await PageRoom.OpenAsync();
        var pipeline = await room.PipelineAsync("make: {script: make}");
        var browser = await room.SignedInAsync();
        var page = await browser.GetAsync($"/ada/app/-/pipelines/{pipeline}");
        var events = Regex.Match(page.Text, "data-live=\"([^\"]+)\"").Groups[1].Value.Replace("&amp;", "&");
        Assert.Contains($"pipeline={pipeline}&seen=", events);
        await browser.PostAsync($"/ada/app/-/pipelines/{pipeline}/cancel", page.Token);
        var first = await browser.FirstEventAsync(events);
        Assert.StartsWith($"id: {pipeline}.", first);
        Assert.Equal(404, (await browser.GetAsync("/ada/none/-/pipelines/events")).Status);
    }

    [Fact]
    public void The_runners_own_work_is_folded_when_it_is_over_unless_something_in_it_is_red()
    {
        var (reader, items) = (new LogReader(), new List<LogItem>());
        reader.Take(
            System.Text.Encoding.UTF8.GetBytes(
                $"section_start:1:get_sources{Script}Sources\nfetched\nsection_end:2:get_sources{Script}section_start:2:upload_artifacts_on_success{Script}Upload\n\e[31;1mERROR: no files\e[0m\nsection_end:3:upload_artifacts_on_success{Script}section_start:3:step_script{Script}Script\nmade\nsection_end:4:step_script{Script}section_start:4:archive_cache{Script}Cache\n"
            ),
            items
        );
        reader.End(items);
        var html = LogView.Of(items, null).ToString();
        Assert.StartsWith("<details><summary>", html);
        Assert.Equal(2, Regex.Count(html, "<details open>"));
        Assert.EndsWith("<span>Cache</span></div></summary></details>", html);
        Assert.Contains("<details data-section=\"open\" data-chore open>", html);
    }
}

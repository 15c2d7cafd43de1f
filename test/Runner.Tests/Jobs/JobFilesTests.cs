using System.IO.Compression;
using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Jobs;

/// <summary>Artifacts and caches as a whole job has them.</summary>
public sealed class JobFilesTests : IDisposable
{
    private readonly TestJob _job = new();

    public void Dispose() => _job.Dispose();

    [Fact]
    public async Task Artifacts_go_up_and_come_down_again()
    {
        _job.Payload = _job.Payload with
        {
            Artifacts =
            [
                new JobArtifact
                {
                    Name = "build-$CI_JOB_TIMEOUT",
                    Paths = ["out/", "$NAME.txt", "none"],
                    Exclude = ["**/*.tmp"],
                },
                new JobArtifact { Paths = ["never"], When = "on_failure" },
                new JobArtifact
                {
                    Name = "junit.xml",
                    Paths = ["r*.xml"],
                    When = "always",
                    ArtifactType = "junit",
                    ArtifactFormat = "gzip",
                },
            ],
        };
        var result = await _job.Variables(new Variable("NAME", "note"))
            .Script(
                "mkdir out",
                "echo bin > out/app; chmod 755 out/app; echo x > out/a.tmp; echo hi > note.txt; ln -s app out/link",
                "echo '<a/>' > r1.xml; echo '<b/>' > r2.xml"
            )
            .RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Equal(["archive:build-60.zip", "junit:junit.xml.gz"], _job.Uploads.Keys.Order());
        Assert.Contains(
            "Uploading artifacts for successful job\nUploading artifacts...\nout/: found 3 matching artifact files and directories\n",
            _job.Log
        );
        Assert.Contains("WARNING: none: no matching files. Ensure that the artifact path is relative to the working directory", _job.Log);
        Assert.Contains("Uploading artifacts as \"archive\" to coordinator... 201 Created", _job.Log);
        using var reports = new GZipStream(new MemoryStream(_job.Uploads["junit:junit.xml.gz"]), CompressionMode.Decompress);
        Assert.Equal("<a/>\n<b/>\n", new StreamReader(reports).ReadToEnd());

        using var next = new TestJob();
        next.Downloads[7] = _job.Uploads["archive:build-60.zip"];
        next.Payload = next.Payload with
        {
            Dependencies = [new JobDependency(7, "build", "t", new ArtifactsFile("build.zip", 1)), new JobDependency(8, "lint", "t", null)],
        };
        await next.Script("test -x out/app && cat out/link note.txt; ls -A out").RunAsync();
        Assert.Contains("Downloading artifacts for build (7)...\n", next.Log);
        Assert.DoesNotContain("lint", next.Log);
        Assert.EndsWith("bin\nhi\napp\nlink\nJob succeeded\n", next.Log);
    }

    [Fact]
    public async Task A_job_without_files_to_upload_still_succeeds()
    {
        _job.Payload = _job.Payload with { Artifacts = [new JobArtifact { Paths = ["none"] }] };
        var result = await _job.Script("true").RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Contains("ERROR: No files to upload\n", _job.Log);
        Assert.Empty(_job.Uploads);
    }

    [Fact]
    public async Task A_failed_job_uploads_what_is_meant_for_failures()
    {
        _job.Payload = _job.Payload with
        {
            Artifacts =
            [
                new JobArtifact { Name = "good", Paths = ["f"] },
                new JobArtifact
                {
                    Name = "bad",
                    Paths = ["f"],
                    When = "on_failure",
                },
                new JobArtifact
                {
                    Name = "any",
                    Paths = ["f"],
                    When = "always",
                    ArtifactType = "x",
                },
            ],
        };
        var result = await _job.Script("echo x > f", "false").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["archive:bad.zip", "x:any.zip"], _job.Uploads.Keys.Order());
        Assert.Contains("Uploading artifacts for failed job\n", _job.Log);
    }

    [Fact]
    public async Task A_raw_upload_is_one_file()
    {
        _job.Payload = _job.Payload with
        {
            Artifacts =
            [
                new JobArtifact
                {
                    Paths = ["*.json"],
                    ArtifactType = "sast",
                    ArtifactFormat = "raw",
                },
            ],
        };
        await _job.Script("echo '{}' > gl.json").RunAsync();
        Assert.Equal("{}\n", Encoding.UTF8.GetString(_job.Uploads["sast:gl.json"]));

        using var two = new TestJob();
        two.Payload = _job.Payload with { Steps = [] };
        var result = await two.Script("echo a > a.json; echo b > b.json").RunAsync();
        Assert.Equal(FailureReason.Script, result.FailureReason);
        Assert.Contains("only one file can be uploaded", result.Message);
    }

    [Fact]
    public async Task Artifacts_that_are_gone_fail_the_job_before_its_script()
    {
        _job.Payload = _job.Payload with { Dependencies = [new JobDependency(7, "build", "t", new ArtifactsFile("a.zip", 1))] };
        var result = await _job.Script("echo never").AfterScript("echo never").RunAsync();
        Assert.Equal(JobOutcome.Failed, result.Outcome);
        Assert.DoesNotContain("never", _job.Log);
    }

    [Fact]
    public async Task A_broken_archive_fails_the_job_in_plain_words()
    {
        _job.Downloads[7] = "no zip"u8.ToArray();
        _job.Payload = _job.Payload with { Dependencies = [new JobDependency(7, "build", "t", new ArtifactsFile("a.zip", 1))] };
        var result = await _job.Script("echo never").RunAsync();
        Assert.Equal("the artifacts of build cannot be unpacked: not a zip archive", result.Message);
    }

    [Fact]
    public async Task A_cache_is_kept_for_the_next_job_and_left_alone_while_nothing_changes()
    {
        var first = await CachedAsync(
            new JobCache { Key = "deps-$CI_JOB_TIMEOUT", Paths = ["vendor/"] },
            "mkdir vendor",
            "echo v1 > vendor/lib"
        );
        Assert.Contains("Restoring cache\nChecking cache for deps-60...\n", first);
        Assert.Contains("WARNING: Cache file does not exist\nFailed to extract cache\n", first);
        Assert.Contains(
            "Saving cache for successful job\nCreating cache deps-60...\nvendor/: found 2 matching artifact files and directories\n",
            first
        );
        Assert.Contains("Created cache\n", first);

        var second = await CachedAsync(new JobCache { Key = "deps-60", Paths = ["vendor/"] }, "cat vendor/lib");
        Assert.Contains("Successfully extracted cache\n", second);
        Assert.Contains("\nv1\n", second);
        Assert.Contains("Archive is up to date!\n", second);

        await CachedAsync(new JobCache { Key = "deps-60", Paths = ["vendor/"] }, "sleep 0.02; echo v2 > vendor/lib");
        Assert.Contains(
            "\nv2\n",
            await CachedAsync(
                new JobCache
                {
                    Key = "deps-60",
                    Paths = ["vendor/"],
                    Policy = "pull",
                },
                "cat vendor/lib"
            )
        );
        Assert.True(File.Exists(_job.Folder["work/cache/g/p/deps-60/cache.zip"]));
        Assert.Equal("{\"cachekey\":\"deps-60\"}\n", File.ReadAllText(_job.Folder["work/cache/g/p/deps-60/metadata.json"]));
    }

    [Fact]
    public async Task Policy_and_when_decide_which_caches_move()
    {
        var push = await CachedAsync(
            new JobCache
            {
                Key = "k",
                Paths = ["d"],
                Policy = "$POLICY",
            },
            "mkdir d; echo x > d/f; POLICY="
        );
        Assert.DoesNotContain("Restoring cache", push);
        Assert.Contains("Created cache", push);
        var pull = await CachedAsync(
            new JobCache
            {
                Key = "k",
                Paths = ["d"],
                Policy = "pull",
            },
            "ls d"
        );
        Assert.Contains("Successfully extracted cache", pull);
        Assert.DoesNotContain("Saving cache", pull);
        var failed = await CachedAsync(
            new JobCache
            {
                Key = "k",
                Paths = ["d"],
                When = "on_failure",
            },
            "true"
        );
        Assert.DoesNotContain("Saving cache", failed);
    }

    [Fact]
    public async Task Fallback_keys_are_tried_in_order_and_protected_ones_are_refused()
    {
        await CachedAsync(new JobCache { Key = "main", Paths = ["d"] }, "mkdir d; echo main > d/f");
        var log = await CachedAsync(
            new JobCache
            {
                Key = "topic",
                Paths = ["d"],
                FallbackKeys = ["other", "main"],
            },
            "cat d/f"
        );
        Assert.Contains("Checking cache for topic...", log);
        Assert.Contains("Checking cache for other...", log);
        Assert.Contains("Checking cache for main...", log);
        Assert.Contains("\nmain\n", log);

        await CachedAsync(new JobCache { Key = "x-protected", Paths = ["d"] }, "mkdir -p d; echo secret > d/f");
        _job.Variables(new Variable("CACHE_FALLBACK_KEY", "x-protected"));
        log = await CachedAsync(new JobCache { Key = "new", Paths = ["d"] }, "ls d || echo none");
        Assert.Contains("WARNING: CACHE_FALLBACK_KEY x-protected not allowed to end in -protected", log);
        Assert.DoesNotContain("Checking cache for x-protected", log);
    }

    [Fact]
    public async Task A_broken_cache_does_not_fail_the_job()
    {
        Directory.CreateDirectory(_job.Folder["work/cache/g/p/k"]);
        File.WriteAllText(_job.Folder["work/cache/g/p/k/cache.zip"], "broken");
        Assert.Contains("Job succeeded", await CachedAsync(new JobCache { Key = "k", Paths = ["d"] }, "true"));
    }

    /// <summary>Runs a job with one cache in a clean folder and gives its log alone.</summary>
    private async Task<string> CachedAsync(JobCache cache, params string[] script)
    {
        if (Directory.Exists(_job.ProjectDir))
            Directory.Delete(_job.ProjectDir, true);
        var before = _job.Log.Length;
        _job.Payload = _job.Payload with { Cache = [cache], Steps = [], Variables = [.. _job.Payload.Variables, new("POLICY", "push")] };
        await _job.Script(script).RunAsync();
        return _job.Log[before..];
    }
}

using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>Jobs on the machine's real engine. Small images; nothing is pulled.</summary>
[Collection(EngineTests.Name)]
public sealed class DockerExecutorTests(TestEngine engine) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_script_runs_in_its_image_and_gives_its_exit_code()
    {
        await using var job = await JobAsync("alpine");
        Assert.Equal(7, await job.RunAsync("pwd; id -u; echo oops >&2; exit 7"));
        Assert.Contains("/builds/group/project\n", job.Log);
        Assert.Contains("oops\n", job.Log);
        Assert.Contains("Using docker image sha256:", job.Log);
    }

    [Theory]
    [InlineData("debian", "bash")]
    [InlineData("alpine", "sh")]
    [InlineData("busybox", "sh")]
    public async Task Bash_is_taken_where_there_is_one(string image, string shell)
    {
        await using var job = await JobAsync(image);
        Assert.Equal(0, await job.RunAsync("echo shell=${BASH_VERSION:+bash}"));
        Assert.Contains(shell == "bash" ? "shell=bash\n" : "shell=\n", job.Log);
    }

    [Fact]
    public async Task A_shell_outside_the_usual_places_is_found_by_PATH()
    {
        await using var job = await JobAsync("gcr.io/kaniko-project/executor:debug", entrypoint: [""]);
        Assert.Equal(0, await job.RunAsync("echo in $0"));
        Assert.Contains("in /busybox/sh\n", job.Log);
    }

    [Fact]
    public async Task The_file_system_stays_from_script_to_script_and_processes_do_not()
    {
        await using var job = await JobAsync("alpine");
        Assert.Equal(0, await job.RunAsync("echo 1 > here; echo 2 > /outside; sleep 1000 & echo started"));
        Assert.Equal(0, await job.StageAsync("cat here /outside; if pgrep sleep; then exit 9; fi"));
        Assert.Contains("1\n2\n", job.Log);
    }

    [Fact]
    public async Task Variables_are_the_container_s_environment_from_its_first_process_on()
    {
        await using var job = await JobAsync(
            "alpine",
            s => s with { Variables = [new("A", "x y"), new("F", "content", File: true)] },
            entrypoint: ["sh", "-c", "echo \"A is $A, F is $F\"; exec \"$@\"", "sh"]
        );
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.Contains("A is x y, F is /builds/group/project.tmp/F\n", job.Log);
    }

    [Fact]
    public async Task An_image_s_own_entrypoint_runs_unless_the_job_takes_it_away()
    {
        await engine.NeedAsync("docker:27-cli");
        // docker:cli's exports DOCKER_HOST when the certificates are there.
        DockerConfig config = new() { PullPolicy = ["never"], Volumes = [$"{_folder}:/certs/client"] };
        foreach (var file in new[] { "ca.pem", "cert.pem", "key.pem" })
            File.WriteAllText($"{_folder}/{file}", "x");
        await using var kept = await JobAsync(
            "docker:27-cli",
            s => s with { Config = config, Variables = [new("DOCKER_TLS_CERTDIR", "/certs")] }
        );
        Assert.Equal(0, await kept.RunAsync("echo host=$DOCKER_HOST"));
        Assert.Contains("host=tcp://docker:2376\n", kept.Log);
        await using var removed = await JobAsync(
            "docker:27-cli",
            s => s with { Config = config, Variables = [new("DOCKER_TLS_CERTDIR", "/certs")] },
            entrypoint: [""]
        );
        Assert.Equal(0, await removed.RunAsync("echo host=$DOCKER_HOST"));
        Assert.Contains("host=\n", removed.Log);
    }

    [Fact]
    public async Task An_entrypoint_of_the_job_s_is_ignored_where_the_runner_forbids_it()
    {
        await using var job = await JobAsync(
            "alpine",
            s => s with { Config = s.Config with { DisableEntrypointOverwrite = true } },
            entrypoint: ["/no/such"]
        );
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.Contains("Entrypoint override disabled", job.Log);
    }

    [Fact]
    public async Task Sources_arrive_with_their_modes_links_and_repository()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs modes");
        File.WriteAllText($"{_folder}/plain", "p");
        File.WriteAllText($"{_folder}/run.sh", "#!/bin/sh\necho ran\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode($"{_folder}/run.sh", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory($"{_folder}/a/b");
        File.WriteAllText($"{_folder}/a/b/ü ö", "deep");
        File.CreateSymbolicLink($"{_folder}/link", "a/b");
        var longName = $"a/{new string('n', 120)}/{new string('m', 120)}";
        Directory.CreateDirectory(Path.GetDirectoryName($"{_folder}/{longName}")!);
        File.WriteAllText($"{_folder}/{longName}", "long");
        await using var job = await JobAsync("alpine");
        await job.Executor.PrepareAsync(default);
        await job.Executor.PutSourcesAsync(
            new SourceTree(_folder, ["a/b/ü ö", longName, "gone", "link", "plain", "run.sh"], null),
            default
        );
        Assert.Equal(
            0,
            await job.StageAsync($"./run.sh; stat -c %a:%u plain run.sh a; readlink link; cat 'link/ü ö' '{longName}'; [ ! -e gone ]")
        );
        Assert.Contains("ran\n666:0\n777:0\n777:0\na/b\ndeeplong", job.Log);
    }

    [Fact]
    public async Task Files_go_in_and_come_out()
    {
        await using var job = await JobAsync("alpine");
        await job.Executor.PrepareAsync(default);
        await job.Executor.PutFilesAsync(EntriesAsync(("in/x", "1"), ("in/y", "2")), default);
        Assert.Equal(
            0,
            await job.StageAsync(
                "mkdir -p out/a out/a-b out/empty; cat in/x in/y > out/a/f; echo e > out/a-b/f; ln -s f out/a/l; ln out/a/f out/z; chmod 755 out/z; echo no > out/no; echo other > other"
            )
        );
        // The container has ended, and so it stays.
        var read = await ReadAsync(job, new FileSelection(["out/", "other", "none"], ["out/no"], Untracked: false));
        Assert.Equal(
            ["other=other\n", "out/", "out/a/", "out/a-b/", "out/a-b/f=e\n", "out/a/f=12", "out/a/l->f", "out/empty/", "out/z=12"],
            read
        );
        Assert.Equal(["out/z=12"], await ReadAsync(job, new FileSelection(["**/z"], [], Untracked: false)));
        Assert.Empty(await ReadAsync(job, new FileSelection(["../../etc/passwd", "/etc/passwd"], [], Untracked: false)));
    }

    [Fact]
    public async Task Untracked_files_are_those_that_were_not_put_there()
    {
        File.WriteAllText($"{_folder}/mine", "m");
        await using var job = await JobAsync("alpine");
        await job.Executor.PrepareAsync(default);
        await job.Executor.PutSourcesAsync(new SourceTree(_folder, ["mine"], null), default);
        Assert.Equal(0, await job.StageAsync("echo new > new; mkdir .git; echo g > .git/x"));
        Assert.Equal(["new=new\n"], await ReadAsync(job, new FileSelection([], [], Untracked: true)));
    }

    [Fact]
    public async Task A_user_that_is_not_root_can_write_where_it_should()
    {
        await using var job = await JobAsync(
            "alpine",
            s => s with { Config = s.Config with { User = "1000", Volumes = ["/cache"], DisableCache = true } }
        );
        await job.Executor.PrepareAsync(default);
        await job.Executor.PutFilesAsync(EntriesAsync(("dir/file", "x")), default);
        Assert.Equal(0, await job.StageAsync("id -u; echo a > a; echo b > dir/b; mkdir -p ../project.tmp; echo c > /cache/c"));
        Assert.Contains("1000\n", job.Log);
    }

    [Fact]
    public async Task A_user_that_is_not_allowed_is_refused()
    {
        await using var job = await JobAsync(
            "alpine",
            s =>
                s with
                {
                    Config = s.Config with { AllowedUsers = ["1000"] },
                    Image = s.Image! with { ExecutorOpts = new(new DockerImageOptions(null, "0"), null) },
                }
        );
        Assert.Equal(FailureReason.RunnerConfiguration, (await Assert.ThrowsAsync<JobFailedException>(() => job.RunAsync("true"))).Reason);
    }

    [Fact]
    public async Task Running_out_of_memory_is_told_in_words()
    {
        await using var job = await JobAsync(
            "alpine",
            s => s with { Config = s.Config with { Resources = new DockerResources(Memory: "24m", MemorySwap: "24m") } }
        );
        Assert.NotEqual(0, await job.RunAsync("x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done"));
        Assert.Contains("used up its memory of 24m", job.Log);
    }

    [Fact]
    public async Task A_job_that_needs_no_image_gets_the_runner_s()
    {
        await engine.NeedAsync("alpine");
        await using var job = new TestJob(
            engine.Executors,
            "",
            s =>
                s with
                {
                    Image = null,
                    Variables = [new("TAG", "latest")],
                    Config = new() { Image = "alpine:$TAG", PullPolicy = ["never"] },
                }
        );
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.Contains("Using Docker executor with image alpine:latest", job.Log);
    }

    [Fact]
    public async Task A_cancelled_script_is_asked_to_end_and_after_script_still_sees_its_files()
    {
        await using var job = await JobAsync("alpine");
        await job.Executor.PrepareAsync(default);
        using var cancel = new CancellationTokenSource();
        var running = job.StageAsync(
            "trap 'echo asked; exit 1' TERM; echo made > file; echo ready; while true; do sleep 0.1; done",
            cancel.Token
        );
        await job.UntilLogAsync("ready");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, await job.StageAsync("cat file"));
        Assert.Contains("asked\n", job.Log);
        Assert.Contains("made\n", job.Log);
    }

    [Fact]
    public async Task A_script_that_will_not_end_is_killed()
    {
        await using var job = await JobAsync("alpine", s => s with { Grace = TimeSpan.FromMilliseconds(300) });
        await job.Executor.PrepareAsync(default);
        using var cancel = new CancellationTokenSource();
        var running = job.StageAsync("trap '' TERM; echo ready; while true; do sleep 0.1 || true; done", cancel.Token);
        await job.UntilLogAsync("ready");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("true", true)]
    public async Task A_job_without_services_has_a_network_of_its_own_only_where_that_is_asked_for(string? perBuild, bool own)
    {
        await using var job = await JobAsync(
            "alpine",
            s => s with { Variables = perBuild is null ? [] : [new("FF_NETWORK_PER_BUILD", perBuild)] }
        );
        Assert.Equal(0, await job.RunAsync("echo network=$CI_BUILD_NETWORK_NAME"));
        Assert.Contains(own ? "network=slipway-" : "network=\n", job.Log);
    }

    [Fact]
    public async Task A_kept_builds_directory_is_cleared_for_the_next_job()
    {
        File.WriteAllText($"{_folder}/mine", "m");
        var tree = new SourceTree(_folder, ["mine"], null);
        DockerConfig config = new() { PullPolicy = ["never"], Volumes = ["/builds"] };
        var first = await JobAsync("alpine", s => s with { Config = config });
        var slot = first.Environment.Host.ConcurrentProjectId;
        try
        {
            await first.Executor.PrepareAsync(default);
            await first.Executor.PutSourcesAsync(tree, default);
            Assert.Equal(0, await first.StageAsync("echo left > left; echo kept > /builds/kept"));
            await first.DisposeAsync();
            await using var second = await JobAsync("alpine", s => s with { Config = config, Slot = slot });
            await second.Executor.PrepareAsync(default);
            await second.Executor.PutSourcesAsync(tree, default);
            Assert.Equal(0, await second.StageAsync("ls; cat /builds/kept"));
            Assert.Contains("mine\nkept\n", second.Log);
        }
        finally
        {
            await first.DisposeAsync();
            foreach (var volume in await engine.Client.ListVolumesAsync([$"com.gitlab.gitlab-runner.project.runner_id={slot}"], default))
                Assert.True(await engine.Client.RemoveVolumeAsync(volume.Name, default));
        }
    }

    [Fact]
    public async Task A_container_that_somebody_removed_is_made_anew()
    {
        await using var job = await JobAsync("alpine", s => s with { Variables = [new("EXECUTOR_JOB_SECTION_ATTEMPTS", "2")] });
        Assert.Equal(0, await job.RunAsync("echo still > here"));
        foreach (
            var container in await engine.Client.ListContainersAsync(
                [$"com.gitlab.gitlab-runner.project.runner_id={job.Environment.Host.ConcurrentProjectId}"],
                default
            )
        )
            await engine.Client.RemoveContainerAsync(container.Id, withVolumes: true, default);
        Assert.Equal(0, await job.StageAsync("cat here"));
        Assert.Contains("still\n", job.Log);
    }

    [Fact]
    public async Task An_abort_does_not_wait_for_the_grace_to_pass()
    {
        using var abort = new CancellationTokenSource();
        using var cancel = new CancellationTokenSource();
        await using var job = await JobAsync("alpine", s => s with { Grace = TimeSpan.FromHours(1), Abort = abort.Token });
        await job.Executor.PrepareAsync(default);
        var running = job.StageAsync("trap 'echo asked' TERM; echo ready; while true; do sleep 0.1 || true; done", cancel.Token);
        await job.UntilLogAsync("ready");
        await cancel.CancelAsync();
        await job.UntilLogAsync("asked");
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_job()
    {
        var job = await JobAsync("alpine", s => s with { Services = [new JobImage { Name = "redis:7" }] }, more: ["redis:7"]);
        Assert.Equal(0, await job.RunAsync("true"));
        var name = job.Environment.Host.ConcurrentProjectId;
        string[] ours = [$"com.gitlab.gitlab-runner.project.runner_id={name}"];
        Assert.Equal(2, (await engine.Client.ListContainersAsync(ours, default)).Length);
        await job.DisposeAsync();
        await job.Executor.DisposeAsync();
        Assert.Empty(await engine.Client.ListContainersAsync(ours, default));
        Assert.Empty(await engine.Client.ListVolumesAsync(ours, default));
    }

    private async Task<TestJob> JobAsync(
        string image,
        Func<TestJob.Setup, TestJob.Setup>? change = null,
        string[]? entrypoint = null,
        string[]? more = null
    )
    {
        await engine.NeedAsync([image, .. more ?? []]);
        return new TestJob(
            engine.Executors,
            image,
            setup =>
            {
                setup = entrypoint is null ? setup : setup with { Image = setup.Image! with { Entrypoint = [.. entrypoint] } };
                return change?.Invoke(setup) ?? setup;
            }
        );
    }

    private static async IAsyncEnumerable<FileEntry> EntriesAsync(params (string Path, string Content)[] files)
    {
        await Task.CompletedTask;
        foreach (var (path, content) in files)
        {
            var bytes = Encoding.UTF8.GetBytes(content);
            yield return new FileEntry(
                path,
                FileKind.File,
                (UnixFileMode)0x1B6,
                DateTimeOffset.UnixEpoch,
                bytes.Length,
                null,
                () => new MemoryStream(bytes)
            );
        }
    }

    private static async Task<List<string>> ReadAsync(TestJob job, FileSelection selection)
    {
        var read = new List<string>();
        await foreach (var file in job.Executor.ReadFilesAsync(selection, default))
            read.Add(
                file.Kind switch
                {
                    FileKind.Directory => file.Path + "/",
                    FileKind.Symlink => $"{file.Path}->{file.LinkTarget}",
                    _ => $"{file.Path}={await new StreamReader(file.Open!()).ReadToEndAsync()}",
                }
            );
        return read;
    }
}

using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Scenarios.OnServer;

/// <summary>Our own runner with the shell or the docker executor, for one project's jobs. Its work folder, and so its caches, stay from step to step.</summary>
internal sealed class ProjectRunner
{
    private readonly ScenarioServer _server;
    private readonly long _id;
    private readonly string _token;
    private readonly string _workDir;
    private readonly HashSet<string> _tags = [];

    private ProjectRunner(ScenarioServer server, long id, string token, string workDir) =>
        (_server, _id, _token, _workDir) = (server, id, token, workDir);

    public static async Task<ProjectRunner> CreateAsync(ScenarioServer server, long project, string stateDir)
    {
        var made = await server.Api.PostAsync(
            "user/runners",
            new
            {
                runner_type = "project_type",
                project_id = project,
                run_untagged = true,
            }
        );
        return new ProjectRunner(server, (long)made["id"]!, (string)made["token"]!, Path.Combine(stateDir, "runner"));
    }

    /// <summary>Gives the runner tags that jobs want.</summary>
    public async Task TakeAsync(IEnumerable<string> tags)
    {
        var before = _tags.Count;
        _tags.UnionWith(tags);
        if (_tags.Count > before)
            await _server.Api.PutAsync($"runners/{_id}", new { tag_list = _tags.ToArray() });
    }

    /// <summary>Asks for jobs until it is disposed.</summary>
    public IAsyncDisposable Ask(int atOnce)
    {
        var executor = Stage.Way == "docker" ? "docker" : "shell";
        var settings = RunnerLoopSettings.For(_server.Tap.Address.ToString(), _token, executor, _workDir, atOnce);
        var runner = settings.Config.Runners[0] with
        {
            Docker = new DockerConfig { Image = DockerLimits.Image, PullPolicy = ["if-not-present"] },
        };
        return new Asking(settings with { Config = settings.Config with { Runners = [runner] } });
    }

    private sealed class Asking : IAsyncDisposable
    {
        private readonly CancellationTokenSource _drain = new();
        private readonly Task _loop;

        public Asking(RunnerLoopSettings settings) => _loop = Task.Run(() => RunnerLoop.RunAsync(settings, _drain.Token));

        public async ValueTask DisposeAsync()
        {
            await _drain.CancelAsync();
            await _loop;
            _drain.Dispose();
        }
    }
}

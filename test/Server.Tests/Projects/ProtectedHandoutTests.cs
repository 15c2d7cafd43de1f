using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>
/// Security row S2 as a property: under random rules for branches and tags, which change while jobs wait, jobs get what <see cref="Oracle"/> says and no more.
/// <c>SLIPWAY_FUZZ_SECONDS</c> makes it go on with other seeds.
/// </summary>
public sealed class ProtectedHandoutTests
{
    private const string Config = """
        a: {script: [x]}
        m: {script: [x], when: manual}
        """;

    private static readonly string[] Branches = ["main", "feature/x", "release/1", "release/2/rc", "v9"];
    private static readonly string[] Tags = ["v1", "v1.2", "rel-1"];
    private static readonly string[] Patterns = ["main", "release/*", "*", "feature/x", "v*", "*1", "v1", "r*-1", "*/*", "Main"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A trigger changes the rules' mark at the moment at which a pipeline has its row and its configuration is still to be read.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task Rules_that_change_while_a_configuration_is_read_count_for_its_jobs(long before, long after)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        var work = await GitClient.InitAsync(folder["work"]);
        await work.CommitAsync("one", (".gitlab-ci.yml", Config));
        await work.OkAsync("push", "-q", room.Part<Repositories>().Create(room.Project.Id).Path, "HEAD:refs/heads/main");
        await room.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main'", null, Ct);
        if (before == 1)
            Assert.Equal(
                201,
                (await room.Admin.Client.PostApiAsync($"projects/{room.Project.Id}/protected_branches", new { name = "main" })).Status
            );
        await room.Db.ExecuteAsync(
            $"CREATE TRIGGER changed AFTER INSERT ON pipelines BEGIN UPDATE pipelines SET protected = {after} WHERE id = NEW.id; END",
            null,
            Ct
        );

        Assert.Equal(201, (await room.Admin.Client.PostApiAsync($"projects/{room.Project.Id}/pipeline", new { @ref = "main" })).Status);
        Assert.Equal([after, after], await room.Db.QueryAsync<long>("SELECT protected FROM jobs", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_job_is_handed_what_the_rules_allow_at_the_moment_it_starts(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        using var folder = new TemporaryFolder();
        var work = await GitClient.InitAsync(folder["work"]);
        await work.CommitAsync("one", (".gitlab-ci.yml", Config));
        var until = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS"), out var seconds) ? seconds : 0;
        var begun = TimeProvider.System.GetTimestamp();
        for (var seed = 1; seed <= 6 || TimeProvider.System.GetElapsedTime(begun).TotalSeconds < until; seed++)
            try
            {
                await new Case(room, work, new Random(seed)).HoldsAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
    }

    /// <summary>What GitLab's pages on protected branches, tags, variables and runners say, in as few words as there are.</summary>
    private sealed class Oracle
    {
        public List<(bool IsTag, string Pattern, int Push, int Merge)> Rules { get; } = [];
        public Dictionary<string, bool> Variables { get; } = [];

        public bool IsProtected(bool isTag, string name) => Matching(isTag, name).Any();

        /// <summary>Developers run what nothing protects, and what they may push or merge to.</summary>
        public bool MayDeveloperRun(bool isTag, string name) =>
            !IsProtected(isTag, name) || Matching(isTag, name).Any(rule => rule.Push == 30 || rule.Merge == 30);

        public IEnumerable<string> VariablesOf(bool isTag, string name) =>
            Variables.Where(variable => !variable.Value || IsProtected(isTag, name)).Select(variable => variable.Key);

        private IEnumerable<(bool IsTag, string Pattern, int Push, int Merge)> Matching(bool isTag, string name) =>
            Rules.Where(rule =>
                rule.IsTag == isTag && Regex.IsMatch(name, $@"\A{string.Join(".*", rule.Pattern.Split('*').Select(Regex.Escape))}\z")
            );
    }

    private sealed class Case(CoordinatorRoom room, GitClient work, Random random)
    {
        private readonly Oracle _oracle = new();
        private readonly Dictionary<long, (bool IsTag, string Name)> _refs = [];
        private TestUser _owner = null!;
        private TestUser _developer = null!;
        private string _path = "";

        public async Task HoldsAsync()
        {
            await SetUpAsync();
            var runners = new[] { await RunnerAsync(isProtected: true), await RunnerAsync(isProtected: false) };
            await ChangeRulesAsync();
            foreach (var name in random.GetItems(Branches.Concat(Tags).ToArray(), 4).Distinct())
                await PipelineAsync(name);
            await ChangeRulesAsync();
            var played = await PlayAsync();
            await ChangeRulesAsync();
            var waiting = _refs.Keys.Select(pipeline => (pipeline, "a")).Concat(played).ToHashSet();
            // The protected one comes first, and leaves what it may not have.
            foreach (var (at, runner) in runners.Index())
            {
                var wanted = waiting
                    .Where(job => at == 1 || _oracle.IsProtected(_refs[job.Item1].IsTag, _refs[job.Item1].Name))
                    .ToHashSet();
                var taken = await TakeAllAsync(runner);
                Assert.Equal(wanted.Order(), taken.Order());
                waiting.ExceptWith(taken);
            }
        }

        private async Task SetUpAsync()
        {
            _owner = await room.Server.UserAsync();
            var project = await room.Server.ProjectAsync(_owner.Row);
            _path = $"projects/{project.Id}";
            _developer = await room.Server.UserAsync();
            await room.Server.JoinAsync(new MemberOf.Project(project.Id), _developer.Row, Role.Developer);
            var repository = room.Part<Repositories>().Create(project.Id);
            await work.OkAsync([
                "push",
                "-q",
                repository.Path,
                .. Branches.Select(name => $"HEAD:refs/heads/{name}"),
                .. Tags.Select(name => $"HEAD:refs/tags/{name}"),
            ]);
            await room.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main' WHERE id = @Id", project, Ct);
            for (var number = 0; number < 4; number++)
            {
                var (key, isProtected) = ($"CANARY_{number}", random.Next(2) == 1);
                Assert.Equal(
                    201,
                    (
                        await _owner.Client.PostApiAsync(
                            $"{_path}/variables",
                            new
                            {
                                key,
                                value = "v",
                                @protected = isProtected,
                            }
                        )
                    ).Status
                );
                _oracle.Variables[key] = isProtected;
            }
        }

        private async Task<WireRunner> RunnerAsync(bool isProtected)
        {
            var settings = new
            {
                runner_type = "project_type",
                project_id = long.Parse(_path["projects/".Length..], CultureInfo.InvariantCulture),
                access_level = isProtected ? "ref_protected" : "not_protected",
                run_untagged = true,
            };
            var made = await _owner.Client.PostApiAsync("user/runners", settings);
            Assert.Equal(201, made.Status);
            return room.Runner(made["token"].GetString()!);
        }

        /// <summary>Takes some rules away, and makes some.</summary>
        private async Task ChangeRulesAsync()
        {
            foreach (var rule in _oracle.Rules.Where(_ => random.Next(2) == 0).ToList())
            {
                Assert.Equal(204, (await _owner.Client.DeleteApiAsync($"{Kind(rule.IsTag)}/{Uri.EscapeDataString(rule.Pattern)}")).Status);
                _oracle.Rules.Remove(rule);
            }

            foreach (var pattern in random.GetItems(Patterns, random.Next(4)).Distinct())
            {
                var isTag = random.Next(3) == 0;
                if (_oracle.Rules.Any(rule => (rule.IsTag, rule.Pattern) == (isTag, pattern)))
                    continue;
                int[] levels = isTag ? [30, 40] : [0, 30, 40];
                // Whoever may merge may run too, so that the owner always may; a tag has no such level.
                var (push, merge) = (
                    levels[random.Next(levels.Length)],
                    isTag ? 40
                    : random.Next(2) == 0 ? 30
                    : 40
                );
                var rule = new
                {
                    name = pattern,
                    push_access_level = push,
                    merge_access_level = merge,
                    create_access_level = push,
                };
                Assert.Equal(201, (await _owner.Client.PostApiAsync(Kind(isTag), rule)).Status);
                _oracle.Rules.Add((isTag, pattern, push, merge));
            }
        }

        private string Kind(bool isTag) => $"{_path}/protected_{(isTag ? "tags" : "branches")}";

        private async Task PipelineAsync(string name)
        {
            var asked = await _developer.Client.PostApiAsync($"{_path}/pipeline", new { @ref = name });
            var isTag = Tags.Contains(name);
            Assert.Equal((name, _oracle.MayDeveloperRun(isTag, name) ? 201 : 400), (name, asked.Status));
            if (asked.Status != 201)
                asked = await _owner.Client.PostApiAsync($"{_path}/pipeline", new { @ref = name });
            _refs[asked["id"].GetInt64()] = (isTag, name);
        }

        /// <summary>The developer plays what may be played.</summary>
        private async Task<List<(long, string)>> PlayAsync()
        {
            var played = new List<(long, string)>();
            foreach (var (pipeline, (isTag, name)) in _refs)
            {
                var may = _oracle.MayDeveloperRun(isTag, name);
                var answer = await _developer.Client.PostApiAsync($"{_path}/jobs/{(await room.JobsAsync(pipeline))["m"]}/play");
                Assert.Equal((name, may ? 200 : 403), (name, answer.Status));
                if (may)
                    played.Add((pipeline, "m"));
            }

            return played;
        }

        private async Task<HashSet<(long, string)>> TakeAllAsync(WireRunner runner)
        {
            var taken = new HashSet<(long, string)>();
            while (await runner.RequestAsync(Ct) is { Status: 201 } answer)
            {
                var job = new WireJob(runner, answer.Json);
                var pipeline = (await room.JobAsync(job.Id)).PipelineId;
                var (isTag, name) = _refs[pipeline];
                var got = _oracle.Variables.Keys.Where(key => job.Variable(key) is not null);
                Assert.Equal((name, string.Join(' ', _oracle.VariablesOf(isTag, name))), (name, string.Join(' ', got)));
                taken.Add((pipeline, job.Name));
            }

            return taken;
        }
    }
}

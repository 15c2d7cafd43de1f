using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Tests.Pipelines;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

/// <summary>A server, somebody with a password, and a project of hers with code, pipelines and logs.</summary>
internal sealed class PageRoom : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";

    private readonly TemporaryFolder _folder = new();
    private readonly List<Browser> _browsers = [];

    private PageRoom(TestServer server, TestUser owner, ProjectRow project) => (Server, Owner, Project) = (server, owner, project);

    public TestServer Server { get; }
    public TestUser Owner { get; }
    public ProjectRow Project { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<PageRoom> OpenAsync(
        DatabaseKind kind = DatabaseKind.Sqlite,
        string visibility = "private",
        TimeProvider? time = null
    )
    {
        var server = await TestServer.StartAsync(kind, time);
        var owner = await server.UserAsync("ada", password: Password);
        return new PageRoom(server, owner, await server.ProjectAsync(owner.Row, "app", visibility));
    }

    public Browser Browser()
    {
        var browser = new Browser(Server.Address);
        _browsers.Add(browser);
        return browser;
    }

    /// <summary>A browser in which the owner, or somebody else with the password, is signed in.</summary>
    public async Task<Browser> SignedInAsync(string login = "ada")
    {
        var browser = Browser();
        var answer = await browser.SignInAsync(login, Password);
        Assert.Equal(303, answer.Status);
        return browser;
    }

    /// <summary>Pushes files to main, past all doors.</summary>
    public async Task<string> CommitAsync(string message, params (string Path, string? Text)[] files)
    {
        var git = await GitClient.InitAsync(_folder["work"]);
        var sha = await git.CommitAsync(message, files);
        var repository = Server.Services.GetRequiredService<Repositories>().Create(Project.Id);
        await git.OkAsync("push", "-q", "-f", repository.Path, "HEAD:main");
        await Server.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main' WHERE id = @Id", Project, Ct);
        return sha;
    }

    /// <summary>A pipeline whose first jobs are pending.</summary>
    public async Task<long> PipelineAsync(string yaml, string sha = CommitFacts.ZeroSha)
    {
        var context = new PipelineContext
        {
            Project = new ProjectFacts
            {
                Id = Project.Id,
                Name = Project.Path,
                Path = Project.FullPath,
            },
            User = new UserFacts { Id = Owner.Id, Login = "ada" },
        };
        var compiled = PipelineRoom.Compile(yaml, context);
        var row = await RowAsync(sha);
        await Server.Db.WriteAsync(
            (session, ct) => Server.Services.GetRequiredService<PipelineStore>().BeginAsync(session, row, compiled, ct),
            Ct
        );
        return row.Id;
    }

    /// <summary>A pipeline whose configuration was no good.</summary>
    public async Task<long> BrokenAsync(string errors)
    {
        var row = await RowAsync(CommitFacts.ZeroSha);
        await Server.Db.ExecuteAsync(
            "UPDATE pipelines SET yaml_errors = @errors, status = 'failed', failure_reason = 'config_error', ready = 1 WHERE id = @Id",
            new { errors, row.Id },
            Ct
        );
        return row.Id;
    }

    public async Task<JobRow> JobAsync(long pipeline, string? name = null) =>
        (
            await Server.Db.QueryAsync<JobRow>(
                "SELECT * FROM jobs WHERE pipeline_id = @pipeline AND retried = 0 ORDER BY id",
                new { pipeline },
                Ct
            )
        ).First(job => name is null || job.Name == name);

    /// <summary>What the first job of the newest pipeline does.</summary>
    public async Task<string> ScriptAsync()
    {
        var id = await Server.Db.FindAsync<long>("SELECT MAX(id) FROM pipelines", null, Ct);
        var state = await Server.Db.ReadAsync(
            (session, ct) => Server.Services.GetRequiredService<PipelineStore>().LoadAsync(session, id, ct),
            Ct
        );
        return string.Join('\n', state!.Jobs[0].Job.Script);
    }

    public Task LogAsync(JobRow job, string text, long start = 0) =>
        Server.Services.GetRequiredService<TraceFolder>().AppendAsync(job.Id, start, Encoding.UTF8.GetBytes(text), long.MaxValue, Ct);

    public Task SetAsync(JobRow job, string status) =>
        Server.Db.ExecuteAsync("UPDATE jobs SET status = @status WHERE id = @Id", new { status, job.Id }, Ct);

    public async ValueTask DisposeAsync()
    {
        _browsers.ForEach(browser => browser.Dispose());
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<PipelineRow> RowAsync(string sha) =>
        await Server.Db.WriteAsync(
            async (session, ct) =>
                (
                    await session.FindAsync<PipelineRow>(
                        """
                        INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, ready, version, created_at, updated_at)
                        VALUES (@project, (SELECT COALESCE(MAX(iid), 0) + 1 FROM pipelines WHERE project_id = @project), @user, 'push', 'main', 0, @sha, @sha, 0,
                          'created', 0, 0, @now, @now) RETURNING *
                        """,
                        new
                        {
                            project = Project.Id,
                            user = Owner.Id,
                            sha,
                            now = Server.Time.Milliseconds(),
                        },
                        ct
                    )
                )!,
            Ct
        );
}

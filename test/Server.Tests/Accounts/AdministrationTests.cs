using Slipway.Server.Accounts;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>What the command line does beside a running server.</summary>
public sealed class AdministrationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_works_on_the_folder_of_a_server_that_runs()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        await using var admin = await OpenAsync(server);
        var ada = await admin.CreateUserAsync("ada", "Ada", "ada@example.com", "correct horse", admin: false, Ct);
        var (token, secret) = await admin.CreateTokenAsync("ADA", "ci", ["api"], null, Ct);
        using var client = server.Client(secret);
        Assert.Equal(ada.Id, (await client.GetApiAsync("user"))["id"].GetInt64());
        await admin.CreateProjectAsync("ada/app", "private", Ct);
        Assert.Equal(200, (await client.GetApiAsync("projects/ada%2Fapp")).Status);
        Assert.Equal("ada/app", Assert.Single(await admin.ProjectsAsync(Ct)).Path);
        Assert.Equal(("ada", "ci"), Assert.Single((await admin.TokensAsync("ada", Ct)).Select(t => (t.Username, t.Name))));

        await admin.ChangeUserAsync("ada", "another horse", admin: true, Ct);
        Assert.True((await client.GetApiAsync("user"))["is_admin"].GetBoolean());
        await admin.SetBlockedAsync("ada", true, Ct);
        Assert.Equal(401, (await client.GetApiAsync("user")).Status);
        Assert.Equal("blocked", Assert.Single(await admin.UsersAsync(Ct)).State);
        await admin.SetBlockedAsync("ada", false, Ct);
        await admin.RemoveProjectAsync("ada/APP", Ct);
        Assert.Equal(404, (await client.GetApiAsync("projects/ada%2Fapp")).Status);
        await admin.RevokeTokenAsync(token.Id, Ct);
        Assert.Equal(401, (await client.GetApiAsync("user")).Status);
        Assert.Null(await Audit.FirstChangedAsync(server.Db, Ct));
    }

    [Fact]
    public async Task A_folder_that_it_makes_is_nobody_elses()
    {
        using var folder = new TemporaryFolder();
        await using (await Administration.OpenAsync(new ServerOptions { DataFolder = folder["data"] }, TimeProvider.System, Ct)) { }
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(owner, File.GetUnixFileMode(folder["data"]));
    }

    [Fact]
    public async Task What_cannot_be_done_says_why()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        await using var admin = await OpenAsync(server);
        await admin.CreateUserAsync("ada", "Ada", "ada@example.com", null, admin: false, Ct);
        Assert.Equal(Refusal.Conflict, await RefusedAsync(() => admin.CreateUserAsync("Ada", "A", "a@example.com", null, false, Ct)));
        Assert.Equal(Refusal.Invalid, await RefusedAsync(() => admin.CreateUserAsync("a b", "A", "a@example.com", null, false, Ct)));
        Assert.Equal(Refusal.Invalid, await RefusedAsync(() => admin.ChangeUserAsync("ada", "short", null, Ct)));
        Assert.Equal(Refusal.NotFound, await RefusedAsync(() => admin.SetBlockedAsync("bob", true, Ct)));
        Assert.Equal(Refusal.Invalid, await RefusedAsync(() => admin.CreateTokenAsync("ada", "x", ["sudo"], null, Ct)));
        Assert.Equal(Refusal.NotFound, await RefusedAsync(() => admin.RevokeTokenAsync(99, Ct)));
        Assert.Equal(Refusal.Invalid, await RefusedAsync(() => admin.CreateProjectAsync("app", "private", Ct)));
        Assert.Equal(Refusal.NotFound, await RefusedAsync(() => admin.CreateProjectAsync("bob/app", "private", Ct)));
        Assert.Equal(Refusal.NotFound, await RefusedAsync(() => admin.RemoveProjectAsync("ada/app", Ct)));
    }

    private static Task<Administration> OpenAsync(TestServer server) => Administration.OpenAsync(server.Options, server.Time, Ct);

    private static async Task<Refusal> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<AdministrationException>(act)).Refusal;
}

using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>What somebody with many addresses may guess at one account, and what the user notices of it (reliability-security S38).</summary>
public sealed class AccountLockTests
{
    private const string Password = "correct horse";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Ten_wrong_passwords_from_anywhere_shut_an_account_to_addresses_it_does_not_know(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        var ada = await server.UserAsync("ada", password: Password);
        await server.UserAsync("bob", password: Password);
        using var browser = new Browser(server.Address);
        Assert.Equal(303, (await browser.SignInAsync("ada", Password)).Status);
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "ada", Password, "10.1.0.1"));
        string[] names = ["ada", "ADA", "ada@example.com"];
        for (var tried = 0; tried < AccountLocks.Tries; tried++)
            Assert.IsType<SignInOutcome.Refused>(await TryAsync(server, names[tried % names.Length], "wrong", $"10.0.0.{tried}"));

        foreach (var name in names)
            Assert.Equal(AccountLocks.Lasts, await WaitAsync(server, name, Password, "10.0.1.1"));
        // Where she has signed in before she still does; what is signed in stays so; nobody else is shut out.
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "ada", Password, "10.1.0.1"));
        Assert.Equal(200, (await browser.GetAsync("/-/user_settings/active_sessions")).Status);
        Assert.Equal(200, (await ada.Client.GetApiAsync("user")).Status);
        Assert.IsType<Credential.Good>(await BasicAsync(server, "ada", ada.Token, "10.0.1.1"));
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "bob", Password, "10.0.1.1"));

        clock.Advance(AccountLocks.Lasts - TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1), await WaitAsync(server, "ada", Password, "10.0.1.1"));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "ada", Password, "10.0.1.1"));
        var events = await AuditAsync(server);
        Assert.Equal([("sign-in", "user_access_locked", "user ada", """{"address":"10.0.0.9"}""")], events);
        Assert.Null(await Audit.FirstChangedAsync(server.Db, Ct));
    }

    [Theory, EveryDatabase]
    public async Task Every_door_for_passwords_is_shut_and_opened_from_the_command_line(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        await server.UserAsync("ada", password: Password);
        await ShutAsync(server, "ada");
        using var browser = new Browser(server.Address);
        foreach (var door in PasswordDoors.All)
            Assert.Equal((door.Name, 429), (door.Name, await door.Try(server, browser, "ada", Password)));
        // As another process of the same instance, or this one after a restart, sees it: the lock is in the database.
        Assert.NotNull(await server.Db.FindAsync<long?>("SELECT locked_until FROM users WHERE username = 'ada'", null, Ct));

        await using var machine = await Administration.OpenAsync(server.Options, clock, Ct);
        await machine.UnlockAsync("ada", Ct);
        Assert.Equal("user_access_unlocked", (await AuditAsync(server))[^1].Action);
        await Assert.ThrowsAsync<AdministrationException>(() => machine.UnlockAsync("ada", Ct));
        foreach (var door in PasswordDoors.All)
            Assert.NotEqual((door.Name, 429), (door.Name, await door.Try(server, browser, "ada", Password)));
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_shut_like_one_that_is_there()
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite, clock);
        await server.UserAsync("ada", password: Password);
        var (there, not) = (await SaidAsync("ada"), await SaidAsync("eve"));
        Assert.Equal(there, not);
        Assert.Contains($"{AccountLocks.Lasts}", there);
        Assert.DoesNotContain(await AuditAsync(server), entry => entry.Target == "user eve");

        async Task<IReadOnlyList<string>> SaidAsync(string name)
        {
            var said = new List<string>();
            foreach (var step in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(8)])
            {
                clock.Advance(step);
                for (var tried = 0; tried < AccountLocks.Tries + 2; tried++)
                    said.Add(
                        await TryAsync(server, name, "wrong", $"10.0.{tried}.1") is SignInOutcome.TooMany { Wait: var wait }
                            ? $"{wait}"
                            : "wrong"
                    );
            }

            return said;
        }
    }

    [Fact]
    public async Task Whoever_signs_in_does_not_clear_the_way_for_who_guesses()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite, new Clock());
        await server.UserAsync("ada", password: Password);
        for (var tried = 0; tried < AccountLocks.Tries; tried++)
        {
            Assert.IsType<SignInOutcome.Refused>(await TryAsync(server, "ada", "wrong", $"10.0.0.{tried}"));
            Assert.Equal(
                tried < AccountLocks.Tries - 1,
                await TryAsync(server, "ada", Password, $"10.2.0.{tried}") is SignInOutcome.Welcome
            );
        }
    }

    [Fact]
    public async Task Tries_at_the_same_time_count_too_and_lock_once()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite, new Clock());
        await server.UserAsync("ada", password: Password);
        var tries = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => TryAsync(server, "ada", "wrong", $"10.0.0.{n}")));
        Assert.Equal(AccountLocks.Tries, tries.Count(outcome => outcome is SignInOutcome.Refused));
        Assert.Single(await AuditAsync(server));
    }

    [Fact]
    public async Task Who_hangs_up_before_the_answer_has_tried_too()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite, new Clock());
        await server.UserAsync("ada", password: Password);
        var signIn = server.Services.GetRequiredService<SignIn>();
        for (var tried = 0; tried < AccountLocks.Tries; tried++)
        {
            using var hangsUp = new CancellationTokenSource();
            var answer = signIn.TryAsync("ada", "wrong", null, $"10.0.0.{tried}", hangsUp.Token);
            await hangsUp.CancelAsync();
            await Record.ExceptionAsync(() => answer);
        }

        Assert.IsType<SignInOutcome.TooMany>(await TryAsync(server, "ada", Password, "10.0.1.1"));
    }

    [Fact]
    public async Task A_right_password_that_wants_a_code_is_no_wrong_one_but_a_wrong_code_is()
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite, clock);
        var ada = await server.UserAsync("ada", password: Password);
        var box = server.Services.GetRequiredService<Slipway.Server.Secrets.SecretBox>();
        var secret = await SecondFactor.BeginAsync(server.Db, box, ada.Id, Ct);
        await SecondFactor.ConfirmAsync(server.Db, box, ada.Id, Totp.CodeAt(secret, Totp.StepAt(clock.GetUtcNow())), clock, Ct);
        for (var tried = 0; tried < 2 * AccountLocks.Tries; tried++)
            Assert.IsType<SignInOutcome.CodeNeeded>(await TryAsync(server, "ada", Password, $"10.0.0.{tried}"));
        var signIn = server.Services.GetRequiredService<SignIn>();
        for (var tried = 0; tried < AccountLocks.Tries; tried++)
            Assert.IsType<SignInOutcome.Refused>(await signIn.TryAsync("ada", Password, "000000", $"10.0.0.{tried}", Ct));
        Assert.IsType<SignInOutcome.TooMany>(await TryAsync(server, "ada", Password, "10.0.1.1"));
    }

    [Theory, EveryDatabase]
    public async Task An_address_is_known_for_thirty_days_and_a_user_has_fifty(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        await server.UserAsync("ada", password: Password);
        for (var address = 0; address < 60; address++)
        {
            Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "ada", Password, $"10.0.0.{address}"));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(50, await CountAsync());
        await ShutAsync(server, "ada");
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "ada", Password, "10.0.0.59"));
        Assert.IsType<SignInOutcome.TooMany>(await TryAsync(server, "ada", Password, "10.0.0.9"));

        clock.Advance(SignInRows.Known);
        await ShutAsync(server, "ada");
        Assert.IsType<SignInOutcome.TooMany>(await TryAsync(server, "ada", Password, "10.0.0.59"));
        clock.Advance(AccountLocks.Lasts);
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(server, "ada", Password, "10.0.0.59"));
        Assert.Equal(1, await CountAsync());

        Task<long> CountAsync() => server.Db.FindAsync<long>("SELECT COUNT(*) FROM sign_in_addresses", null, Ct);
    }

    [Fact]
    public void Names_by_the_million_take_little_room_and_make_nothing_forgotten_of_an_account_that_is_there()
    {
        var locks = new AccountLocks(new Clock());
        for (var tried = 0; tried < AccountLocks.Tries; tried++)
            Assert.Null(locks.Take(SignInAccount.Of(7)));
        var longName = new string('x', 30_000);
        Assert.InRange(SignInAccount.Of(longName).Key.Length, 1, 64);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var name = 0; name < 1_000_000; name++)
            locks.Take(SignInAccount.Of($"name{name}"));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
        Assert.NotNull(locks.Take(SignInAccount.Of(7)));
        // Nobody counts for another by a name that looks like what we call an account.
        Assert.Null(locks.Take(SignInAccount.Of("#7")));
    }

    private static async Task ShutAsync(TestServer server, string name)
    {
        for (var tried = 0; tried < AccountLocks.Tries; tried++)
            Assert.IsType<SignInOutcome.Refused>(await TryAsync(server, name, "wrong", $"10.9.{tried}.1"));
    }

    private static Task<SignInOutcome> TryAsync(TestServer server, string name, string password, string address) =>
        server.Services.GetRequiredService<SignIn>().TryAsync(name, password, null, address, Ct);

    private static async Task<TimeSpan> WaitAsync(TestServer server, string name, string password, string address) =>
        Assert.IsType<SignInOutcome.TooMany>(await TryAsync(server, name, password, address)).Wait;

    private static Task<Credential> BasicAsync(TestServer server, string name, string password, string address) =>
        server.Services.GetRequiredService<Authentication>().BasicAsync(name, password, address, Ct);

    private static async Task<List<(string Actor, string Action, string Target, string Details)>> AuditAsync(TestServer server)
    {
        var rows = await server.Db.QueryAsync<AuditRow>($"SELECT {AuditRow.Columns} FROM audit_events ORDER BY id", null, Ct);
        return
        [
            .. rows.Where(row => row.Action.StartsWith("user_access", StringComparison.Ordinal))
                .Select(row => (row.Actor, row.Action, row.Target, row.Details)),
        ];
    }
}

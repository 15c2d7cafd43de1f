using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Environments;
using Slipway.Server.Events;
using Slipway.Server.Git;
using Slipway.Server.Git.Api;
using Slipway.Server.Git.Lfs;
using Slipway.Server.Git.Push;
using Slipway.Server.Git.Smart;
using Slipway.Server.Http;
using Slipway.Server.Http.Metrics;
using Slipway.Server.Jobs;
using Slipway.Server.Outbound;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Api;
using Slipway.Server.Runners;
using Slipway.Server.Schedules;
using Slipway.Server.Triggers;
using Slipway.Server.Ui;
using Slipway.Server.Ui.Pages;
using Slipway.Server.Webhooks;
using Slipway.Server.Work;

namespace Slipway.Server;

/// <summary>What the server is made of, a line each: the routes of every slice, and who does which work.</summary>
internal static class ServerApp
{
    /// <summary>What lives as long as the server; a handler's parameter of such a type is filled in.</summary>
    public static void AddParts(IServiceCollection services)
    {
        services
            .AddSingleton<Passwords>()
            .AddSingleton<SignInLimits>()
            .AddSingleton<AccountLocks>()
            .AddSingleton<SignIn>()
            .AddSingleton<Authentication>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<GitDoor>();
        services.AddSingleton(all => new Repositories(
            all.GetRequiredService<ServerOptions>().Folder("repositories"),
            all.GetRequiredService<GitDoor>()
        ));
        services.AddSingleton(all => Ties(all.GetRequiredService<Repositories>(), all.GetRequiredService<CleanupSettings>()));
        services.AddOutbound();
        services.AddSingleton<WaitingProtection>();
        services.AddSingleton<ProtectionFollower>(all => all.GetRequiredService<WaitingProtection>().FollowAsync);
        services.AddSingleton<JobBell>().AddSingleton<PipelineStore>().AddSingleton<RemoteFiles>().AddSingleton<PipelineCompilation>();
        services.AddSingleton<PipelineCreation>().AddSingleton<PushedPipelines>().AddSingleton<JobTurns>();
        services.AddSingleton<CommitStatusStore>();
        services.AddSingleton<PushIntents>().AddSingleton<ReceivePack>();
        services.AddSingleton<Upkeep>().AddSingleton<GitLogin>().AddSingleton<PushToCreate>();
        services.AddSingleton<WebPush>().AddSingleton<CommitCreation>().AddSingleton<BranchShapes>();
        services.AddPages();
        services.AddSingleton<Bridges>().AddJobs().AddRunners().AddEnvironments().AddWebhooks().AddSchedules().AddTriggers();
        services.AddSingleton<PushEvents>();
        services.AddRegistry();
    }

    public static void MapRoutes(WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics();
        var v4 = app.MapGroup("/api/v4");
        v4.MapVersion();
        v4.MapVariables();
        v4.MapPipelines();
        v4.MapCommitStatuses();
        v4.MapLint();
        v4.MapResourceGroups();
        v4.MapUsers();
        v4.MapPersonalTokens();
        v4.MapUserRemoval();
        v4.MapProjects();
        v4.MapGroups();
        v4.MapNamespaces();
        v4.MapMembers();
        v4.MapResourceTokens();
        v4.MapDeployTokens();
        v4.MapProtectedRefs();
        v4.MapJobTokenScope();
        v4.MapRepository();
        app.MapGit();
        app.MapLfs();
        app.MapPages();
        v4.MapJobRoutes();
        v4.MapRunnerRoutes();
        app.MapOpenId();
        app.MapRegistry();
        v4.MapEnvironmentRoutes();
        v4.MapWebhookRoutes();
        v4.MapEvents();
        v4.MapScheduleRoutes();
        v4.MapTriggerRoutes();
        v4.MapRegistryRoutes();
        v4.MapOpenApi();
    }

    /// <summary>What must pass before a route's handler, in order.</summary>
    public static void Use(WebApplication app)
    {
        app.UsePagePaths();
        app.UseRouting();
        app.UseUnknownCalls();
        app.UseCredentials();
        app.UseAccessCheck();
    }

    /// <summary>Who does what stands in the table of work.</summary>
    public static void Handle(WorkLoop work, IServiceProvider services)
    {
        var (db, ties) = (services.GetRequiredService<Db>(), services.GetRequiredService<ProjectTies>());
        work.On(ProjectRemoval.Work, (project, ct) => ProjectRemoval.RunAsync(db, ties, project.Id, ct));
        work.On(NamespaceRemoval.Work, (space, ct) => NamespaceRemoval.RunAsync(db, ties, space.Id, ct));
        work.On(Pushed.Work, OnPushed(services));
        var turns = services.GetRequiredService<JobTurns>();
        work.On(PipelineWork.Due, turns.OnDueAsync);
        work.On(PipelineWork.GrantResource, turns.OnResourceAsync);
        var bridges = services.GetRequiredService<Bridges>();
        work.On(PipelineWork.StartBridge, bridges.StartAsync);
        work.On(PipelineWork.TellBridge, bridges.TellAsync);
        work.On(PipelineWork.CancelChildren, bridges.CancelChildrenAsync);
        work.HandleJobs(services);
        work.HandleEnvironments(services);
        work.HandleWebhooks(services);
        work.HandleSchedules(services);
        work.On(PushIntent.Work, services.GetRequiredService<PushIntents>().RecoverAsync);
        work.On(RepositoryUpkeep.Work, services.GetRequiredService<Upkeep>().RunAsync);
    }

    /// <summary>What a push makes necessary, in order.</summary>
    private static Func<Pushed, CancellationToken, Task> OnPushed(IServiceProvider services)
    {
        var pipelines = services.GetRequiredService<PushedPipelines>();
        var environments = services.GetRequiredService<EnvironmentStops>();
        var hooks = services.GetRequiredService<PushHooks>();
        var events = services.GetRequiredService<PushEvents>();
        return async (pushed, ct) =>
        {
            await pipelines.OnPushedAsync(pushed, ct);
            await environments.OnPushedAsync(pushed, ct);
            await hooks.OnPushedAsync(pushed, ct);
            await events.OnPushedAsync(pushed, ct);
        };
    }

    /// <summary>What a process that died here left half done, before anybody can come in.</summary>
    /// <param name="alone">No other instance works on the same database.</param>
    public static async Task RecoverAsync(IServiceProvider services, bool alone, CancellationToken ct)
    {
        await services.GetRequiredService<WorkLoop>().ReleaseAsync(ct);
        await services.GetRequiredService<PushIntents>().RecoverAllAsync(alone, ct);
        services.GetRequiredService<Leftovers>().BeginsNow();
    }

    /// <summary>What a project has in its repository, and what it says of its images.</summary>
    private static ProjectTies Ties(Repositories repositories, CleanupSettings images) =>
        new()
        {
            SetHead = async (project, branch, ct) =>
            {
                var repository = repositories.Of(project);
                if (!repository.Exists || !RefNames.IsValidShort(branch) || await repository.RefAsync(RefNames.Heads + branch, ct) is null)
                    return false;
                await repository.SetDefaultBranchAsync(branch, ct);
                return true;
            },
            Remove = (project, _) => Task.Run(() => repositories.Delete(project), CancellationToken.None),
            ShowCleanup = images.ShowAsync,
            ReadCleanup = images.ReadAsync,
        };

    /// <summary>The server does not start with a route that says nothing of who may come in.</summary>
    /// <exception cref="InvalidOperationException">Names them.</exception>
    public static void CheckRoutes(IEndpointRouteBuilder app)
    {
        var open = app
            .DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Access>() is null)
            .Select(endpoint => endpoint.DisplayName)
            .ToList();
        if (open.Count > 0)
            throw new InvalidOperationException($"These routes say nothing of who may come in: {string.Join(", ", open)}.");
    }
}

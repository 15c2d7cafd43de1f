using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>Who may what, as a table, and as a rule of a few lines that was written apart from the code.</summary>
public sealed class DecideTests
{
    private static readonly UserRow User = new(1, "u", "U", "u@example.com", "human", "active", 0, 0);
    private static readonly Actor Person = new Actor.Person(User, ScopeWords.Full, null);
    private static readonly Actor Nobody = new Actor.Nobody();
    private static readonly Actor Job = new Actor.Job(1, 1, 1, User);

    private static readonly Role[] AllRoles = Enum.GetValues<Role>();
    private static readonly string[] AllVisibilities = ["private", "internal", "public"];

    [Fact]
    public void Every_role_may_what_its_row_says_and_nothing_else()
    {
        var allowed = (
            from visibility in AllVisibilities
            from isPublicJobs in (bool[])[true, false]
            from role in AllRoles
            select $"{visibility}{(isPublicJobs ? "" : ", jobs hidden")}, {role}: "
                + string.Join(' ', Names(ability => May(Person, visibility, role, ability, isPublicJobs)))
        ).ToList();
        foreach (var (visibility, line) in AllVisibilities.Select(v => (v, allowed.Single(line => line.StartsWith($"{v}, None:")))))
            Assert.Equal(
                visibility == "private" ? [] : Names(ability => ability.Open),
                line.Split(": ")[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            );
        Assert.Equal(Names(_ => true), allowed.Single(line => line.StartsWith("private, Owner")).Split(": ")[1].Split(' '));
        foreach (var ability in Abilities.All)
        foreach (var visibility in AllVisibilities)
        foreach (var role in AllRoles)
            Assert.Equal(
                role >= ability.Least || (ability.Open && visibility != "private"),
                May(Person, visibility, role, ability, isPublicJobs: true)
            );
    }

    [Theory]
    [InlineData("private", nameof(Role.Guest), "read_build read_pipeline read_pipeline_schedule read_project read_project_member")]
    [InlineData(
        "private",
        nameof(Role.Reporter),
        "read_build read_code read_commit_status read_container_image read_deployment read_environment read_pipeline read_pipeline_schedule read_project "
            + "read_project_member"
    )]
    [InlineData(
        "public",
        nameof(Role.None),
        "read_build read_code read_commit_status read_container_image read_deployment read_environment read_pipeline read_pipeline_schedule read_project "
            + "read_project_member"
    )]
    public void Some_rows_in_full(string visibility, string role, string expected) =>
        Assert.Equal(expected, string.Join(' ', Names(ability => May(Person, visibility, Enum.Parse<Role>(role), ability, true)).Order()));

    [Theory]
    [InlineData(nameof(Role.Guest), false)]
    [InlineData(nameof(Role.Planner), false)]
    [InlineData(nameof(Role.Reporter), true)]
    public void With_public_jobs_off_it_takes_a_reporter_to_see_them(string role, bool may)
    {
        foreach (var visibility in AllVisibilities)
            Assert.Equal(may, May(Person, visibility, Enum.Parse<Role>(role), Abilities.ReadJob, isPublicJobs: false));
        Assert.False(May(Nobody, "public", Role.None, Abilities.ReadJob, isPublicJobs: false));
    }

    [Fact]
    public void Nobody_sees_public_projects_and_is_asked_to_sign_in_for_more()
    {
        foreach (var ability in Abilities.All)
        {
            Assert.IsType<Verdict.Hidden>(Decide(Nobody, "private", Role.None, ability));
            Assert.IsType<Verdict.Hidden>(Decide(Nobody, "internal", Role.None, ability));
            Assert.Equal(
                ability.Open ? typeof(Verdict.Allowed) : typeof(Verdict.SignInNeeded),
                Decide(Nobody, "public", Role.None, ability).GetType()
            );
            Assert.IsType<Verdict.SignInNeeded>(ProjectAccess.Decide(Nobody, In("private", Role.None), ability, Scopes.Api, false, true));
        }
    }

    [Fact]
    public void A_stranger_does_not_learn_that_a_private_project_is_there()
    {
        foreach (var ability in Abilities.All)
            Assert.IsType<Verdict.Hidden>(Decide(Person, "private", Role.None, ability));
    }

    [Fact]
    public void A_job_may_what_is_for_jobs_and_whoever_started_it_may_too()
    {
        foreach (var ability in Abilities.All)
        foreach (var role in AllRoles)
            Assert.Equal(ability.JobToken && role >= ability.Least, Decide(Job, "private", role, ability) is Verdict.Allowed);
    }

    [Fact]
    public void A_job_that_is_not_let_in_is_nobody()
    {
        foreach (var ability in Abilities.All)
        foreach (var visibility in AllVisibilities)
            Assert.Equal(
                visibility == "public" && ability.Open,
                ProjectAccess.Decide(Job, In(visibility, Role.Owner), ability, Scopes.Api, true, isLetIn: false) is Verdict.Allowed
            );
    }

    [Fact]
    public void A_deploy_token_reads_code_and_moves_images_with_its_scope_and_does_nothing_else()
    {
        var deploy = new Actor.Deploy(1, "gitlab+deploy-token-1", Scopes.ReadRepository, 1, null);
        Assert.Equal(
            // Whoever asks says which scope it takes; for images it is one of their own.
            ["read_project", "read_code", "read_container_image", "create_container_image"],
            Names(ability =>
                ProjectAccess.Decide(deploy, In("private", Role.None), ability, Scopes.ReadRepository, true, true) is Verdict.Allowed
            )
        );
        Assert.IsType<Verdict.ScopeNeeded>(
            ProjectAccess.Decide(deploy, In("private", Role.None), Abilities.ReadCode, Scopes.ReadRegistry, true, true)
        );
        Assert.IsType<Verdict.Hidden>(
            ProjectAccess.Decide(deploy, In("private", Role.None), Abilities.ReadCode, Scopes.ReadRepository, true, isLetIn: false)
        );
    }

    [Theory]
    [InlineData(nameof(Scopes.Api), nameof(Scopes.Api), true, true)]
    [InlineData(nameof(Scopes.Api), nameof(Scopes.Api), false, true)]
    [InlineData(nameof(Scopes.ReadApi), nameof(Scopes.Api), true, true)]
    [InlineData(nameof(Scopes.ReadApi), nameof(Scopes.Api), false, false)]
    [InlineData(nameof(Scopes.ReadUser), nameof(Scopes.Api), true, false)]
    [InlineData(nameof(Scopes.ReadUser), nameof(Scopes.ReadUser), true, true)]
    [InlineData(nameof(Scopes.ReadRepository), nameof(Scopes.ReadUser), true, false)]
    [InlineData(nameof(Scopes.CreateRunner), nameof(Scopes.CreateRunner), false, true)]
    [InlineData(nameof(Scopes.WriteRepository), nameof(Scopes.Api), false, false)]
    public void A_token_is_good_for_its_scopes(string held, string wanted, bool reads, bool good) =>
        Assert.Equal(good, ProjectAccess.Covers(Enum.Parse<Scopes>(held), Enum.Parse<Scopes>(wanted), reads));

    [Fact]
    public void An_archived_project_is_not_changed_even_by_its_owner()
    {
        foreach (var ability in Abilities.All)
            Assert.Equal(
                !ability.Changes,
                ProjectAccess.Decide(Person, In("private", Role.Owner, archived: 1), ability, Scopes.Api, true, true) is Verdict.Allowed
            );
    }

    [Fact]
    public void Images_are_nobodys_while_the_registry_is_off_and_members_only_while_it_is_private()
    {
        var deploy = new Actor.Deploy(1, "gitlab+deploy-token-1", Scopes.Api, 1, null);
        foreach (var ability in Abilities.All)
        {
            Assert.Equal(!ability.OfImages, May(Person, Role.Owner, ability, "disabled"));
            Assert.Equal(ability.DeployToken && !ability.OfImages, May(deploy, Role.None, ability, "disabled"));
            Assert.Equal(ability.Open && !ability.OfImages, May(Person, Role.None, ability, "private"));
            Assert.Equal(
                Role.Reporter >= ability.Least || (ability.Open && !ability.OfImages),
                May(Person, Role.Reporter, ability, "private")
            );
        }

        Assert.Equal(4, Abilities.All.Count(ability => ability.OfImages));

        static bool May(Actor actor, Role role, Ability ability, string level)
        {
            var project = In("public", role, registry: level);
            return ProjectAccess.Decide(actor, project, ability, Scopes.Api, true, true) is Verdict.Allowed;
        }
    }

    [Fact]
    public void Every_ability_has_a_name_of_its_own()
    {
        Assert.NotEmpty(Abilities.All);
        Assert.Equal(Abilities.All.Count, Abilities.All.Select(ability => ability.Name).Distinct().Count());
        Assert.DoesNotContain(Abilities.All, ability => ability.Open && ability.Changes);
    }

    private static bool May(Actor actor, string visibility, Role role, Ability ability, bool isPublicJobs) =>
        ProjectAccess.Decide(actor, In(visibility, role, isPublicJobs: isPublicJobs), ability, Scopes.Api, true, true) is Verdict.Allowed;

    private static Verdict Decide(Actor actor, string visibility, Role role, Ability ability) =>
        ProjectAccess.Decide(actor, In(visibility, role), ability, Scopes.Api, true, true);

    private static IEnumerable<string> Names(Func<Ability, bool> which) => Abilities.All.Where(which).Select(ability => ability.Name);

    private static ProjectContext In(
        string visibility,
        Role role,
        long archived = 0,
        bool isPublicJobs = true,
        string registry = "enabled"
    ) =>
        new(
            new ProjectRow(
                1,
                1,
                1,
                "p",
                "p",
                "g/p",
                "",
                visibility,
                null,
                archived,
                new ProjectSettings { PublicJobs = isPublicJobs, ContainerRegistryAccessLevel = registry }.ToJson(),
                0,
                0,
                0
            ),
            role
        );
}

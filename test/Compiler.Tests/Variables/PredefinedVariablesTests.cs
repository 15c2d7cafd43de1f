using System.Collections.Immutable;
using Slipway.Compiler.Variables;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Variables;

/// <summary>https://docs.gitlab.com/ci/variables/predefined_variables/</summary>
public sealed class PredefinedVariablesTests
{
    private static readonly PipelineContext Context = new()
    {
        Source = "push",
        Ref = "Feature/X",
        RefProtected = true,
        CreatedAt = new DateTimeOffset(2026, 3, 4, 7, 6, 7, TimeSpan.FromHours(2)),
        Commit = new CommitFacts
        {
            Sha = "0123456789abcdef0123456789abcdef01234567",
            BeforeSha = "89abcdef",
            Message = "Fix the door\n\nIt was stuck.\n",
            Author = "Ada <ada@example.com>",
            Timestamp = "2026-01-02T03:04:05+00:00",
            TagMessage = "First",
        },
        Project = new ProjectFacts
        {
            Id = 7,
            Name = "project",
            Path = "Group/sub/Project",
            Title = "The Project",
            Description = "About doors",
            NamespaceId = 8,
            Visibility = "internal",
            DefaultBranch = "trunk/1",
            ConfigPath = "ci.yml",
            Registry = "registry.example.com:5050",
        },
        Server = new ServerFacts
        {
            Url = new Uri("https://git.example.com:8443/lab/"),
            Name = "Slip",
            Version = "19.2.1-ee",
            Revision = "abc",
        },
    };

    [Fact]
    public void Server_project_and_registry_are_known_of_every_pipeline() =>
        Assert.Equal(
            """
            CI=true
            GITLAB_CI=true
            CI_SERVER_FQDN=git.example.com:8443
            CI_SERVER_URL=https://git.example.com:8443/lab
            CI_SERVER_HOST=git.example.com
            CI_SERVER_PORT=8443
            CI_SERVER_PROTOCOL=https
            CI_SERVER_SHELL_SSH_HOST=git.example.com
            CI_SERVER_SHELL_SSH_PORT=22
            CI_SERVER_NAME=Slip
            CI_SERVER_VERSION=19.2.1-ee
            CI_SERVER_VERSION_MAJOR=19
            CI_SERVER_VERSION_MINOR=2
            CI_SERVER_VERSION_PATCH=1
            CI_SERVER_REVISION=abc
            GITLAB_FEATURES=
            CI_API_V4_URL=https://git.example.com:8443/lab/api/v4
            CI_API_GRAPHQL_URL=https://git.example.com:8443/lab/api/graphql
            CI_TEMPLATE_REGISTRY_HOST=registry.gitlab.com
            CI_PROJECT_ID=7
            CI_PROJECT_NAME=project
            CI_PROJECT_TITLE=The Project
            CI_PROJECT_DESCRIPTION=About doors
            CI_PROJECT_PATH=Group/sub/Project
            CI_PROJECT_PATH_SLUG=group-sub-project
            CI_PROJECT_NAMESPACE=Group/sub
            CI_PROJECT_NAMESPACE_ID=8
            CI_PROJECT_NAMESPACE_SLUG=group-sub
            CI_PROJECT_ROOT_NAMESPACE=Group
            CI_PROJECT_URL=https://git.example.com:8443/lab/Group/sub/Project
            CI_PROJECT_VISIBILITY=internal
            CI_PROJECT_REPOSITORY_LANGUAGES=
            CI_PROJECT_CLASSIFICATION_LABEL=
            CI_PROJECT_TOPICS=
            CI_CONFIG_PATH=ci.yml
            CI_DEFAULT_BRANCH=trunk/1
            CI_DEFAULT_BRANCH_SLUG=trunk-1
            CI_REGISTRY=registry.example.com:5050
            CI_REGISTRY_IMAGE=registry.example.com:5050/group/sub/project
            """,
            Lines(PredefinedVariables.OfProject(Context))
        );

    [Fact]
    public void A_branch_has_its_commit() =>
        Assert.Equal(
            """
            CI_PIPELINE_SOURCE=push
            CI_PIPELINE_CREATED_AT=2026-03-04T05:06:07Z
            CI_COMMIT_SHA=0123456789abcdef0123456789abcdef01234567
            CI_COMMIT_SHORT_SHA=01234567
            CI_COMMIT_BEFORE_SHA=89abcdef
            CI_COMMIT_REF_NAME=Feature/X
            CI_COMMIT_REF_SLUG=feature-x
            CI_COMMIT_BRANCH=Feature/X
            CI_COMMIT_MESSAGE=Fix the door\n\nIt was stuck.\n
            CI_COMMIT_MESSAGE_IS_TRUNCATED=false
            CI_COMMIT_TITLE=Fix the door
            CI_COMMIT_DESCRIPTION=\nIt was stuck.
            CI_COMMIT_REF_PROTECTED=true
            CI_COMMIT_TIMESTAMP=2026-01-02T03:04:05+00:00
            CI_COMMIT_AUTHOR=Ada <ada@example.com>
            """,
            Lines(PredefinedVariables.OfPipeline(Context))
        );

    [Fact]
    public void A_tag_has_its_message_and_no_branch()
    {
        var lines = Lines(PredefinedVariables.OfPipeline(Context with { RefKind = RefKind.Tag, Ref = "v1", RefProtected = false }));
        Assert.DoesNotContain("CI_COMMIT_BRANCH", lines);
        Assert.Contains("CI_COMMIT_REF_PROTECTED=false\n", lines);
        Assert.EndsWith("\nCI_COMMIT_TAG=v1\nCI_COMMIT_TAG_MESSAGE=First", lines, StringComparison.Ordinal);
        var bare = Context with { RefKind = RefKind.Tag, Commit = Context.Commit with { TagMessage = null } };
        Assert.EndsWith("\nCI_COMMIT_TAG_MESSAGE=", Lines(PredefinedVariables.OfPipeline(bare)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trigger_says_so() =>
        Assert.Contains(
            "\nCI_PIPELINE_TRIGGERED=true\nCI_TRIGGER_SHORT_TOKEN=a1B2\nCI_COMMIT_SHA=",
            Lines(PredefinedVariables.OfPipeline(Context with { Source = "trigger", TriggerShortToken = "a1B2" }))
        );

    [Fact]
    public void A_merge_request_has_both_its_sides()
    {
        var mergeRequest = new MergeRequestFacts
        {
            Id = 30,
            Iid = 3,
            Title = "Doors",
            SourceBranch = "fix",
            TargetBranch = "trunk/1",
            DiffBaseSha = "base",
            Labels = ["a", "b"],
        };
        var context = Context with { Source = "merge_request_event", RefKind = RefKind.MergeRequest, MergeRequest = mergeRequest };
        var lines = Lines(PredefinedVariables.OfPipeline(context));
        Assert.DoesNotContain("CI_COMMIT_BRANCH", lines);
        Assert.EndsWith(
            """
            CI_MERGE_REQUEST_EVENT_TYPE=detached
            CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=
            CI_MERGE_REQUEST_DIFF_BASE_SHA=base
            CI_MERGE_REQUEST_ID=30
            CI_MERGE_REQUEST_IID=3
            CI_MERGE_REQUEST_REF_PATH=refs/merge-requests/3/head
            CI_MERGE_REQUEST_PROJECT_ID=7
            CI_MERGE_REQUEST_PROJECT_PATH=Group/sub/Project
            CI_MERGE_REQUEST_PROJECT_URL=https://git.example.com:8443/lab/Group/sub/Project
            CI_MERGE_REQUEST_SOURCE_PROJECT_ID=7
            CI_MERGE_REQUEST_SOURCE_PROJECT_PATH=Group/sub/Project
            CI_MERGE_REQUEST_SOURCE_PROJECT_URL=https://git.example.com:8443/lab/Group/sub/Project
            CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=fix
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME=trunk/1
            CI_MERGE_REQUEST_TITLE=Doors
            CI_MERGE_REQUEST_LABELS=a,b
            CI_OPEN_MERGE_REQUESTS=Group/sub/Project!3
            """,
            lines,
            StringComparison.Ordinal
        );
        var merged = mergeRequest with { EventType = "merged_result", Labels = [] };
        lines = Lines(PredefinedVariables.OfPipeline(context with { MergeRequest = merged }));
        Assert.Contains("\nCI_MERGE_REQUEST_SOURCE_BRANCH_SHA=0123456789abcdef0123456789abcdef01234567\n", lines);
        Assert.DoesNotContain("LABELS", lines);
    }

    [Theory]
    [InlineData("one line", "one line", "")]
    [InlineData("title\nrest", "title", "rest")]
    [InlineData("title\r\nrest\r\n", "title", "rest")]
    [InlineData("title\n\nrest\n\n", "title", "\nrest\n")]
    [InlineData("title\n", "title", "")]
    [InlineData("", "", "")]
    public void A_message_is_a_title_and_the_rest(string message, string title, string description)
    {
        var all = PredefinedVariables
            .OfPipeline(Context with { Commit = Context.Commit with { Message = message } })
            .ToDictionary(v => v.Key, v => v.Value);
        Assert.Equal((title, description), (all["CI_COMMIT_TITLE"], all["CI_COMMIT_DESCRIPTION"]));
    }

    [Theory]
    [InlineData(99, "rest")]
    [InlineData(100, null)]
    public void A_title_of_a_hundred_characters_is_part_of_the_description(int length, string? description)
    {
        var message = new string('t', length) + "\nrest";
        var all = PredefinedVariables.OfPipeline(Context with { Commit = Context.Commit with { Message = message } });
        Assert.Equal(description ?? message, all.Single(v => v.Key == "CI_COMMIT_DESCRIPTION").Value);
    }

    [Fact]
    public void Short_versions_shas_and_paths_do_no_harm()
    {
        var context = Context with
        {
            Commit = new CommitFacts { Sha = "1234567" },
            Project = new ProjectFacts { Path = "alone" },
            Server = new ServerFacts { Url = new Uri("http://localhost"), Version = "19" },
        };
        var all = PredefinedVariables
            .OfProject(context)
            .Concat(PredefinedVariables.OfPipeline(context))
            .ToDictionary(v => v.Key, v => v.Value);
        Assert.Equal("1234567", all["CI_COMMIT_SHORT_SHA"]);
        Assert.Equal(("", ""), (all["CI_PROJECT_NAMESPACE"], all["CI_PROJECT_ROOT_NAMESPACE"]));
        Assert.Equal(("0", "0"), (all["CI_SERVER_VERSION_MINOR"], all["CI_SERVER_VERSION_PATCH"]));
        Assert.Equal(("localhost", "80"), (all["CI_SERVER_FQDN"], all["CI_SERVER_PORT"]));
        Assert.DoesNotContain("CI_REGISTRY", all.Keys);
    }

    [Fact]
    public void A_job_has_its_name_stage_and_place_among_its_copies()
    {
        Assert.Equal(
            "CI_JOB_NAME=Unit 2/3\nCI_JOB_NAME_SLUG=unit-2-3\nCI_JOB_GROUP_NAME=Unit\nCI_JOB_STAGE=test\nCI_JOB_MANUAL=true\nCI_NODE_INDEX=2\nCI_NODE_TOTAL=3",
            Lines(JobVariables.Of("Unit 2/3", "test", isManual: true, 2, 3))
        );
        Assert.Equal(
            "CI_JOB_NAME=a\nCI_JOB_NAME_SLUG=a\nCI_JOB_GROUP_NAME=a\nCI_JOB_STAGE=s\nCI_NODE_TOTAL=1",
            Lines(JobVariables.Of("a", "s", isManual: false, null, 1))
        );
        Assert.Equal(
            "GITLAB_USER_ID=5\nGITLAB_USER_EMAIL=e\nGITLAB_USER_LOGIN=l\nGITLAB_USER_NAME=n",
            Lines(
                PredefinedVariables.OfUser(
                    new UserFacts
                    {
                        Id = 5,
                        Email = "e",
                        Login = "l",
                        Name = "n",
                    }
                )
            )
        );
    }

    private static string Lines(IEnumerable<Variable> variables) =>
        string.Join('\n', variables.Select(variable => $"{variable.Key}={variable.Value.Replace("\n", "\\n", StringComparison.Ordinal)}"));
}

using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 02xx: includes of other projects, of the web, of components.</summary>
internal static class ExternalExplanations
{
    private const string Build = """
        build:
          script: make
        """;

    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.IncludeProjectNotFound,
            "The project is not there, or whoever starts the pipeline may not read its files.",
            ["Project {project} not found or access denied! Make sure any includes in the pipeline configuration are correctly defined."],
            "Write the project's whole path, group/sub/project; in a local run git needs your rights to its host."
        ),
        new(
            DiagnosticCode.IncludeRefNotFound,
            "The project has no branch, tag or commit of that name.",
            ["Project {project} reference {ref} does not exist!"],
            "Name a branch, a tag or a full commit SHA, or leave ref out for the default branch."
        ),
        new(
            DiagnosticCode.IncludeRemoteFailed,
            "A file from the web has no address that can be fetched, or did not come.",
            [
                "Remote file {address} does not have a valid address!",
                "Remote file {address} could not be fetched after {count} because of {problem}!",
                "Remote file could not be fetched because {problem}!",
            ],
            "The address has to begin with https:// or http:// and give the file to everybody, without a login."
        )
        {
            Wrong = "include: {remote: 'ftp://example.com/build.yml'}",
            Right = Build,
        },
        new(
            DiagnosticCode.IncludeIntegrity,
            "A file from the web is not the one whose hash integrity names.",
            ["Remote file {address} failed integrity check!"],
            "Look at what has changed in the file; if it is right, write its new hash."
        ),
        new(
            DiagnosticCode.IncludeComponent,
            "A component's address is none, or nothing is found there.",
            ["Component {address} - {problem}", "Unable to use components outside of a project context"],
            "Write $CI_SERVER_FQDN/group/project/name@version; the project holds templates/name.yml or templates/name/template.yml."
        )
        {
            Wrong = """
                include:
                  - component: $CI_SERVER_FQDN/group/components/build
                """,
            Right = Build,
        },
        new(
            DiagnosticCode.IncludeUnavailable,
            "Nobody can be asked for another project's files: there is no remote to fetch from, or its host does not answer.",
            ["{project} cannot be read: {problem}"],
            "Name a checkout of the project with --project-dir GROUP/PROJECT=DIR."
        )
        {
            Wrong = """
                include:
                  - project: group/templates
                    file: build.yml
                """,
            Right = Build,
        },
        new(
            DiagnosticCode.IncludeWildcardVariable,
            "GitLab looks for the files of a wildcard before it replaces variables, so this one finds nothing.",
            ["{path} is looked for as it stands"],
            "Use the short form, in which variables are replaced first: include: 'ci/$KIND/*.yml'."
        )
        {
            Severity = Severity.Warning,
            Wrong = """
                include:
                  - local: ci/$CI_PIPELINE_SOURCE/*.yml
                build:
                  script: make
                """,
            Right = """
                include: ci/$CI_PIPELINE_SOURCE/*.yml
                build:
                  script: make
                """,
        },
    ];
}

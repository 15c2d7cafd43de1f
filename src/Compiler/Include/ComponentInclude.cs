using Slipway.Compiler.Inputs;

namespace Slipway.Compiler.Include;

/// <summary><c>include:component</c>: a versioned file of a project of this server. https://docs.gitlab.com/ci/components/</summary>
internal static class ComponentInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (IncludePath.Text(entry.Location, expansion) is not { } location)
            return [];
        if (entry.Origin.Tree is null)
        {
            expansion.Bag.Error(
                DiagnosticCode.IncludeComponent,
                "Unable to use components outside of a project context",
                entry.At,
                "A remote file or a template belongs to no project."
            );
            return [];
        }
        if (ComponentAddress.Parse(location, expansion.Scope.ServerName) is not { } address)
            return Fail(entry, expansion, "the component path is not supported", HelpForAddress(location, expansion.Scope.ServerName));
        return Find(address, location, entry, expansion);
    }

    private static IEnumerable<IncludedText> Find(ComponentAddress address, string location, IncludeEntry entry, IncludeExpansion expansion)
    {
        var external = expansion.Scope.External;
        var versions = ComponentVersion.MayBe(address.Reference) ? external.Versions(address.Project) : null;
        var version = versions is null ? null : ComponentVersion.Pick(address.Reference, versions);
        var reference = version is null ? address.Reference : "refs/tags/" + version;
        switch (external.Project(address.Project, reference, publicOnly: !entry.Origin.SeesVariables))
        {
            case ProjectAnswer.Found found:
                var component = new ComponentContext(address.Name, found.Sha, version, address.Reference);
                return Read(found, component, location, entry, expansion);
            case ProjectAnswer.Unavailable(var reason, var help):
                return Unavailable(entry, expansion, reason, help);
            case ProjectAnswer.NoProject(var help):
                return Fail(entry, expansion, "content not found", help ?? "There is no such project, or it may not be read.");
            case ProjectAnswer.NoRef when versions is null && address.Reference == ComponentAddress.Latest:
                return Fail(entry, expansion, $"The ~latest version reference {NotInCatalog}", null);
            case ProjectAnswer.NoRef when versions is null && address.IsPartial:
                return Fail(entry, expansion, $"The partial semantic version reference {NotInCatalog}", null);
            case ProjectAnswer.NoRef(var help):
                return Fail(entry, expansion, "content not found", help ?? $"There is no version {address.Reference}.");
            case var other:
                throw new InvalidOperationException($"{other} is no answer");
        }
    }

    private const string NotInCatalog = "is not supported for non-catalog resources. Use a tag, branch, or commit SHA instead.";

    private static IEnumerable<IncludedText> Read(
        ProjectAnswer.Found project,
        ComponentContext component,
        string location,
        IncludeEntry entry,
        IncludeExpansion expansion
    )
    {
        var origin = entry.Origin.In(project, component.Reference, component);
        string[] paths = [$"templates/{component.Name}.yml", $"templates/{component.Name}/template.yml"];
        foreach (var path in paths)
        {
            if (project.Tree.ReadText(path) is { } text && !string.IsNullOrWhiteSpace(text))
                return
                [
                    new IncludedText(origin.Prefix + path, text, entry.Location.At)
                    {
                        Location = location,
                        Origin = origin,
                        Component = component,
                    },
                ];
        }
        return Fail(entry, expansion, "content not found", $"There is no {paths[0]} and no {paths[1]} in it.");
    }

    private static string HelpForAddress(string location, string server) =>
        location.Contains('@')
            ? $"Components come from this server: $CI_SERVER_FQDN/group/project/name@version, and $CI_SERVER_FQDN is {server}."
            : "Add a version behind the name: @1.2.0, @~latest, a branch or a commit.";

    private static IEnumerable<IncludedText> Fail(IncludeEntry entry, IncludeExpansion expansion, string problem, string? help)
    {
        var mask = expansion.Scope.Mask;
        var message = $"Component '{mask(entry.Text("component")!)}' - {problem}";
        expansion.Bag.Error(DiagnosticCode.IncludeComponent, message, entry.Location.At, ProjectInclude.Masked(help, mask));
        return [];
    }

    private static IEnumerable<IncludedText> Unavailable(IncludeEntry entry, IncludeExpansion expansion, string reason, string? help)
    {
        var mask = expansion.Scope.Mask;
        var message = $"Component '{mask(entry.Text("component")!)}' cannot be read: {mask(reason)}";
        expansion.Bag.Error(DiagnosticCode.IncludeUnavailable, message, entry.Location.At, ProjectInclude.Masked(help, mask));
        return [];
    }
}

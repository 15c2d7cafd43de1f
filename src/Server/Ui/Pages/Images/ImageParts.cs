using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>The sections of an image's page; each is nothing when the image has none of it. All words are the image's own.</summary>
internal static class ImageParts
{
    private const string Docker = "/bin/sh -c #(nop) ";
    private const string BuildKit = " # buildkit";

    /// <summary>What an index holds.</summary>
    public static Html Platforms(ProjectContext here, long repository, ImageFacts facts)
    {
        var items = facts.Manifests.Select(one =>
            Html.Of(
                $"""
                <li><div class="main"><strong><bdi>{(one.Role is null ? Named(one.Platform) : one.Role)}</bdi></strong>
                <div class="side facts">{Digest(here, repository, one.Digest)}<span>manifest of {Sizes.Of(one.Size)}</span></div></div></li>
                """
            )
        );
        return Html.Of($"<h2>Platforms</h2><ul class=\"rows\">{items}</ul>").When(facts.Manifests.Count > 0);
    }

    /// <summary>Layers, each with the step that made it when the image's history tells.</summary>
    public static Html Layers(ImageFacts facts)
    {
        var steps = facts.Config?.History ?? [];
        var isTold = steps.Count(step => !step.IsEmpty) == facts.Layers.Count;
        var rows = isTold ? Told(facts.Layers, steps) : facts.Layers.Select((layer, at) => Row(at + 1, layer, layer.MediaType));
        var history = isTold ? [] : steps.Select((step, at) => Row(at + 1, null, step.CreatedBy));
        return Html.Join([
            Html.Of($"<h2>Layers</h2><ul class=\"rows\">{rows}</ul>").When(facts.Layers.Count > 0),
            Html.Of($"<h2>History</h2><ul class=\"rows\">{history}</ul>").When(!isTold && steps.Count > 0),
        ]);
    }

    /// <summary>Signatures, bills of materials and whatever else says something about it.</summary>
    public static Html Referrers(PageView view, ProjectContext here, long repository, IReadOnlyList<Referrer> referrers)
    {
        var items = referrers.Select(one =>
            Html.Of(
                $"""
                <li><div class="main"><strong><bdi>{one.ArtifactType ?? one.MediaType}</bdi></strong>
                <div class="side facts">{Digest(here, repository, one.Digest)}<span>pushed {Times.Ago(
                    one.CreatedAt,
                    view.Now
                )}</span></div></div></li>
                """
            )
        );
        return Html.Of($"<h2>Referrers</h2><ul class=\"rows\">{items}</ul>").When(referrers.Count > 0);
    }

    public static Html Pairs(string title, IReadOnlyList<(string Name, string Value)> pairs)
    {
        var rows = pairs.Select(pair =>
            Html.Of($"<tr><td><bdi>{pair.Name}</bdi></td><td class=\"mono\"><bdi>{pair.Value}</bdi></td></tr>")
        );
        return Html.Of($"<h2>{title}</h2><div class=\"card\"><table class=\"files\"><tbody>{rows}</tbody></table></div>")
            .When(pairs.Count > 0);
    }

    /// <summary>A link to an image by what calls itself its digest.</summary>
    public static Html Digest(ProjectContext here, long repository, string? digest) =>
        ImageDigest.Parse(digest) is { } known
            ? Html.Of(
                $"<a class=\"mono\" href=\"{RegistryPages.AtManifest(here, repository, $"{known}")}\" title=\"{digest}\">{RegistryPages.Short($"{known}")}</a>"
            )
            : Html.Of($"<span class=\"mono\">{digest}</span>").When(digest is not null);

    private static IEnumerable<Html> Told(IReadOnlyList<ImagePart> layers, IReadOnlyList<ImageStep> steps)
    {
        var at = 0;
        for (var step = 0; step < steps.Count; step++)
            yield return Row(step + 1, steps[step].IsEmpty ? null : layers[at++], steps[step].CreatedBy);
    }

    private static Html Row(int number, ImagePart? layer, string words)
    {
        var facts = layer is null
            ? Html.Of($"<span>no layer</span>")
            : Html.Of(
                $"<span class=\"mono\" title=\"{layer.Digest}\">{RegistryPages.Short(layer.Digest)}</span><span>{Sizes.Of(layer.Size)}</span>"
            );
        return Html.Of(
            $"<li><div class=\"main\"><span class=\"muted\">{number}</span> <bdi class=\"mono\">{Plain(words)}</bdi><div class=\"side facts\">{facts}</div></div></li>"
        );
    }

    /// <summary>Without what builders put around the words of a Dockerfile.</summary>
    private static string Plain(string step)
    {
        var words = step.StartsWith(Docker, StringComparison.Ordinal) ? step[Docker.Length..] : step;
        return (words.EndsWith(BuildKit, StringComparison.Ordinal) ? words[..^BuildKit.Length] : words).Trim();
    }

    private static string Named(string? platform) => string.IsNullOrEmpty(platform) ? "no platform" : platform;
}

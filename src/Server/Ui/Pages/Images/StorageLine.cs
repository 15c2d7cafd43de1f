using Slipway.Server.Registry.Usage;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>How much a project's images take, and how much they may.</summary>
internal static class StorageLine
{
    /// <param name="quota">Bytes; nothing: no bound.</param>
    public static Html Of(Usage all, long? quota)
    {
        var bar = quota is { } most and > 0
            ? Html.Of($"<progress max=\"{most}\" value=\"{Math.Min(all.Bytes, most)}\" aria-label=\"Storage that is used\"></progress>")
            : Html.Nothing;
        var bound = quota is null ? "" : $" of {Sizes.Of(quota.Value)}";
        return Html.Of(
            $"<div class=\"facts\">{bar}<span>{Sizes.Of(all.Bytes)}{bound} in all, what is shared counted once</span><span>{Icons.Tag}{Count(all.Tags, "tag")} in {Count(all.Repositories, "repository", "repositories")}</span></div>"
        );
    }

    private static string Count(long count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";
}

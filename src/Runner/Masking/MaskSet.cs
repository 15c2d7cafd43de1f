using System.Text;
using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Masking;

/// <summary>What a job's log must not show. Made once for a job; each of its streams applies it on its own.</summary>
internal sealed class MaskSet
{
    /// <summary>More prefixes than this are not watched for; the shortest are (runner-protocol §10.4).</summary>
    private const int PrefixLimit = 15;

    private static readonly string[] AlwaysPrefixes = ["glpat-"];

    private static readonly string[] DefaultPrefixes =
    [
        "gloas-",
        "gldt-",
        "glrt-",
        "glcbt-",
        "glrtr-",
        "glptt-",
        "glft-",
        "glimt-",
        "glagent-",
        "glsoat-",
        "glffct-",
        "_gitlab_session=",
        "gltok-",
    ];

    private static readonly Lazy<PhraseTrie> UsualPrefixes = new(() => Prefixes([.. AlwaysPrefixes, .. DefaultPrefixes]));

    private MaskSet(PhraseTrie? phrases, PhraseTrie prefixes) => (PhraseTrie, PrefixTrie) = (phrases, prefixes);

    /// <summary>The secrets; <see langword="null"/> when there are none.</summary>
    public PhraseTrie? PhraseTrie { get; }

    public PhraseTrie PrefixTrie { get; }

    /// <param name="secrets">Trimmed here; empty ones and repetitions do not count.</param>
    /// <param name="allDefaultPrefixes"><c>FF_MASK_ALL_DEFAULT_TOKENS</c>: otherwise only <c>glpat-</c> of the usual ones.</param>
    public static MaskSet Of(IEnumerable<string> secrets, IReadOnlyList<string> morePrefixes, bool allDefaultPrefixes = true)
    {
        var phrases = secrets.Select(s => s.Trim()).Where(s => s.Length > 0).Distinct().Select(Encoding.UTF8.GetBytes).ToList();
        var prefixes =
            morePrefixes.Count == 0 && allDefaultPrefixes
                ? UsualPrefixes.Value
                : Prefixes([.. AlwaysPrefixes, .. allDefaultPrefixes ? DefaultPrefixes : [], .. morePrefixes.Where(p => p.Length > 0)]);
        return new MaskSet(phrases.Count == 0 ? null : PhraseTrie.Of(phrases), prefixes);
    }

    public static MaskSet Of(JobPayload payload, JobVariables variables) =>
        Of(
            variables.All.Where(v => v.Masked).Select(v => v.Value).Append(payload.Token),
            payload.Features.TokenMaskPrefixes,
            variables.IsOn("FF_MASK_ALL_DEFAULT_TOKENS", otherwise: true)
        );

    private static PhraseTrie Prefixes(IEnumerable<string> prefixes) =>
        PhraseTrie.Of(prefixes.Distinct().OrderBy(p => p.Length).Take(PrefixLimit).Select(Encoding.UTF8.GetBytes));
}

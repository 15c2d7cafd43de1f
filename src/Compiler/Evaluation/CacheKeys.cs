using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Compiler.Include;
using Slipway.Compiler.Keywords;
using Slipway.Protocol.Jobs;

namespace Slipway.Compiler.Evaluation;

/// <summary>
/// Caches with their keys worked out as far as the server does it: from files, with a prefix, and apart for protected refs
/// (gitlab-ci-yaml §7.12). Variables in them are the runner's business. Jobs that share their caches share the answer. Not for several threads.
/// </summary>
internal sealed class CacheKeys(PipelineContext context, ProjectTree tree)
{
    private readonly Dictionary<ImmutableArray<CacheConfig>, ImmutableArray<JobCache>> _known = [];

    public ImmutableArray<JobCache> Of(ImmutableArray<CacheConfig> caches)
    {
        if (caches.IsEmpty)
            return [];
        if (!_known.TryGetValue(caches, out var known))
            _known[caches] = known = [.. caches.Select(Of)];
        return known;
    }

    private JobCache Of(CacheConfig cache, int index)
    {
        var ending = Ending(cache);
        return new JobCache
        {
            Key = KeyOf(cache.Key, index) + ending,
            Untracked = cache.Untracked,
            Paths = cache.Paths,
            Policy = cache.Policy,
            When = cache.When,
            FallbackKeys = [.. cache.FallbackKeys.Select(key => key + ending)],
        };
    }

    /// <summary>An unprotected cache is everybody's: it keeps the ending that unprotected refs have.</summary>
    private string Ending(CacheConfig cache) =>
        !context.Project.SeparatedCaches ? ""
        : context.RefProtected && !cache.Unprotect ? "-protected"
        : "-non_protected";

    private string KeyOf(CacheKeyConfig key, int index) =>
        key switch
        {
            CacheKeyConfig.Text(var text) => text,
            CacheKeyConfig.Files files => string.Join('-', new[] { PrefixOf(files, index), HashOf(files) }.Where(part => part.Length > 0)),
            _ => throw new ArgumentOutOfRangeException(nameof(key)),
        };

    /// <summary>Without a prefix GitLab takes the cache's place in the list and what the files are called before their first dot.</summary>
    private static string PrefixOf(CacheKeyConfig.Files key, int index) =>
        key.Prefix is { Length: > 0 } prefix ? prefix
        : key.OfCommits ? $"{index}"
        : $"{index}_{string.Join('_', key.Paths.Select(path => path.Split('.')[0]))}";

    /// <summary>One hash over those of all files there are, or of the last commits that changed them; <c>default</c> without any.</summary>
    private string HashOf(CacheKeyConfig.Files key)
    {
        var paths = key.Paths.Where(path => path.Length > 0).Distinct(StringComparer.Ordinal);
        var hashes = (key.OfCommits ? paths.Select(tree.LastCommit) : paths.SelectMany(Existing).Select(tree.ContentHash))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (hashes.Length == 0)
            return "default";
#pragma warning disable CA5350 // GitLab's key, not a defence.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(string.Join('-', hashes))));
#pragma warning restore CA5350
    }

    /// <summary>A path may hold <c>*</c> and <c>**</c>.</summary>
    private IEnumerable<string> Existing(string path) => path.Contains('*') ? tree.Paths().Where(new PathGlob(path).Matches) : [path];
}

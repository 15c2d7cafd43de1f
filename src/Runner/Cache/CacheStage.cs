using Slipway.Protocol.Jobs;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Executors;

namespace Slipway.Runner.Cache;

/// <summary>Takes caches out of the store before a job's script and puts them back after it (runner-protocol §9). Failing to restore never fails a job.</summary>
internal sealed class CacheStage(JobEnvironment job, IExecutor executor, LocalCache store, SharedCache? shared)
{
    /// <summary>The caches to be restored: those with files, whose policy says so.</summary>
    public IReadOnlyList<JobCache> ToRestore => [.. Caches.Where(c => Policy(c) is "pull" or "pull-push")];

    /// <summary>The caches that this outcome concerns, whatever their policy.</summary>
    public IReadOnlyList<JobCache> ToSave(bool success) =>
        [
            .. Caches.Where(c =>
                c.When switch
                {
                    "always" => true,
                    "on_failure" => !success,
                    _ => success,
                }
            ),
        ];

    public bool SavesAny(bool success) => ToSave(success).Any(Pushes);

    private IEnumerable<JobCache> Caches => job.Payload.Cache.Where(c => c.Paths.Length > 0 || c.Untracked);

    public async Task RestoreAsync(JobCache cache, CancellationToken ct)
    {
        foreach (var (key, human) in Keys(cache))
        {
            job.Trace.Info($"Checking cache for {human}...");
            if (await DownloadAsync(key, human, ct) && await ExtractAsync(key, ct))
            {
                job.Trace.Info("Successfully extracted cache");
                return;
            }

            job.Trace.Line("Failed to extract cache");
        }
    }

    /// <exception cref="IOException">The archive cannot be written.</exception>
    public async Task SaveAsync(JobCache cache, CancellationToken ct)
    {
        var human = HumanKey(cache);
        if (!Pushes(cache))
        {
            job.Trace.Info($"Not uploading cache {human} due to policy");
            return;
        }

        if (Key(human, tell: true) is not { Length: > 0 } key)
            return;
        job.Trace.Info($"Creating cache {human}...");
        var paths = cache.Paths.Select(job.Variables.Expand).ToList();
        var selection = new FileSelection(paths, [], cache.Untracked);
        if (store.ModifiedAt(key) is { } made && !await IsChangedAsync(selection, made, ct))
        {
            job.Trace.Line("Archive is up to date!");
            if (shared is not null && store.Tag(key) is null)
                await UploadAsync(key, ct);
            job.Trace.Info("Created cache");
            return;
        }

        var count = new PatternCount(paths, cache.Untracked, executor.ProjectDir);
        var kept = await store.ReplaceAsync(key, human, file => WriteAsync(file, selection, count, ct), ct);
        if (kept)
        {
            await UploadAsync(key, ct);
            job.Trace.Info("Created cache");
        }
    }

    /// <summary>Puts what the runners of the project share in the place of what is here, if it is another.</summary>
    /// <returns>Whether what is here may be extracted.</returns>
    private async Task<bool> DownloadAsync(string key, string human, CancellationToken ct)
    {
        if (shared is null)
        {
            job.Trace.Line(
                "No URL provided, cache will not be downloaded from shared cache server. Instead a local version of cache will be extracted."
            );
            return true;
        }

        try
        {
            switch (await shared.Fetch(key, store.Tag(key), ct))
            {
                case SharedCacheAnswer.Archive(var tag, var content):
                    await using (content)
                        await store.ReplaceAsync(key, human, file => CopyAsync(content, file, ct), ct);
                    store.SetTag(key, tag);
                    job.Trace.Line("Downloaded cache.zip from the server");
                    return true;
                case SharedCacheAnswer.Unchanged:
                    job.Trace.Line("cache.zip is up to date");
                    return true;
                case SharedCacheAnswer.None:
                    job.Trace.Warning("Cache file does not exist");
                    return false;
                case SharedCacheAnswer.Failed failed:
                    job.Trace.Warning($"Cache cannot be downloaded: {failed.Problem}");
                    return false;
                case var other:
                    throw new InvalidOperationException(other.GetType().Name);
            }
        }
        catch (Exception e)
            when (e is IOException or HttpRequestException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            job.Trace.Warning($"Cache cannot be downloaded: {e.Message}");
            return false;
        }
    }

    private static async Task<bool> CopyAsync(Stream content, FileStream file, CancellationToken ct)
    {
        await content.CopyToAsync(file, ct);
        return true;
    }

    private async Task UploadAsync(string key, CancellationToken ct)
    {
        if (shared is null)
        {
            job.Trace.Line("No URL provided, cache will not be uploaded to shared cache server. Cache will be stored only locally.");
            return;
        }

        await using var archive = store.Open(key);
        if (archive is null)
            return;
        var (tag, problem) = await shared.Send(key, archive, ct);
        if (tag is null)
        {
            job.Trace.Warning($"Cache cannot be uploaded, and is kept on the runner only: {problem}");
            return;
        }

        store.SetTag(key, tag);
        job.Trace.Line("Uploaded cache.zip to the server");
    }

    private async Task<bool> WriteAsync(Stream file, FileSelection selection, PatternCount count, CancellationToken ct)
    {
        var level = CompressionSetting.Level(job.Variables["CACHE_COMPRESSION_LEVEL"]);
        await using var zip = new ZipWriter(file, level);
        await foreach (var entry in executor.ReadFilesAsync(selection, ct))
        {
            count.Add(entry.Path);
            await zip.AddAsync(entry, ct);
        }

        count.Tell(job.Trace);
        if (zip.Count == 0)
        {
            job.Trace.Line("No files to cache.");
            return false;
        }

        await zip.FinishAsync(ct);
        if (job.Runner.Cache.MaxUploadedArchiveSize is > 0 and var limit && file.Length > limit)
        {
            job.Trace.Warning($"Cache archive size ({file.Length} bytes) is larger than the runner allows ({limit} bytes): it is not kept");
            return false;
        }

        return true;
    }

    private async Task<bool> ExtractAsync(string key, CancellationToken ct)
    {
        try
        {
            await using var archive = store.Open(key);
            if (archive is null)
            {
                job.Trace.Warning("Cache file does not exist");
                return false;
            }

            await ArtifactDownload.UnpackAsync(archive, executor, ct);
            return true;
        }
        catch (Exception e) when (e is BadArchiveException or IOException or UnauthorizedAccessException or JobFailedException)
        {
            job.Trace.Warning($"Cache archive cannot be extracted: {e.Message}");
            return false;
        }
    }

    private async Task<bool> IsChangedAsync(FileSelection selection, DateTimeOffset since, CancellationToken ct)
    {
        var any = false;
        await foreach (var entry in executor.ReadFilesAsync(selection, ct))
        {
            any = true;
            if (entry.ModifiedAt > since)
                return true;
        }

        // Nothing matches any more: the patterns' warnings are worth telling.
        return !any;
    }

    /// <summary>The keys to try, in order: the cache's own, its fall-backs, and the one of <c>CACHE_FALLBACK_KEY</c>.</summary>
    private IEnumerable<(string Key, string Human)> Keys(JobCache cache)
    {
        var humans = new List<string> { HumanKey(cache) };
        humans.AddRange(cache.FallbackKeys.Select(job.Variables.Expand));
        if (job.Variables["CACHE_FALLBACK_KEY"] is { Length: > 0 } global)
        {
            if (global.TrimEnd().EndsWith("-protected", StringComparison.Ordinal))
                job.Trace.Warning($"CACHE_FALLBACK_KEY {global} not allowed to end in -protected");
            else
                humans.Add(global);
        }

        foreach (var human in humans)
            if (Key(human, tell: human == humans[0]) is { Length: > 0 } key)
                yield return (key, human);
    }

    private string Key(string human, bool tell)
    {
        if (job.Variables.IsOn("FF_HASH_CACHE_KEYS"))
            return CacheKey.Hash(human);
        var key = CacheKey.Sanitize(human);
        if (tell && key.Length == 0)
            job.Trace.Info($"Skipping cache: key \"{human}\" is empty or leads nowhere");
        else if (tell && key != human)
            job.Trace.Warning($"cache key \"{human}\" sanitized to \"{key}\"");
        return key;
    }

    private string HumanKey(JobCache cache) =>
        cache.Key.Length > 0 ? job.Variables.Expand(cache.Key) : $"{job.Payload.JobInfo.Name}/{job.Payload.GitInfo.Ref}";

    private string Policy(JobCache cache) => cache.Policy.Length == 0 ? "pull-push" : job.Variables.Expand(cache.Policy);

    private bool Pushes(JobCache cache) => Policy(cache) is "push" or "pull-push";
}

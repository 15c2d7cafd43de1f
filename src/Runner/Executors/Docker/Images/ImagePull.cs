using System.Security.Cryptography;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>Gets one job's images into the engine. An image that this job has used already is not pulled again.</summary>
/// <param name="logins">Asked once, and only when something is pulled.</param>
/// <param name="own">The run's own registry. What its tags mean changes while the run goes on, so its images are pulled whatever the policy.</param>
internal sealed class ImagePull(
    EngineClient engine,
    Func<CancellationToken, Task<LoginBook>> logins,
    JobTrace trace,
    TimeProvider time,
    OwnRegistry? own = null
) : IDisposable
{
    private const int Tries = 3;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<(string Image, string? Platform), ImageDetails> _used = [];
    private LoginBook? _logins;

    /// <param name="policies">In order; each is tried when the one before it failed.</param>
    /// <exception cref="JobFailedException">No policy brought the image.</exception>
    public async Task<ImageDetails> GetAsync(
        ImageReference image,
        IReadOnlyList<PullPolicy> policies,
        string? platform,
        CancellationToken ct
    )
    {
        // One at a time: the log stays readable, and an image that is wanted twice is pulled once.
        await _one.WaitAsync(ct);
        try
        {
            if (!_used.TryGetValue((image.Written, platform), out var details))
                _used[(image.Written, platform)] = details = await TryAllAsync(
                    image,
                    IsOwn(image) ? [PullPolicy.Always] : policies,
                    platform,
                    ct
                );
            return details;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<ImageDetails> TryAllAsync(
        ImageReference image,
        IReadOnlyList<PullPolicy> policies,
        string? platform,
        CancellationToken ct
    )
    {
        PullFailure? last = null;
        for (var i = 0; i < policies.Count; i++)
        {
            if (i > 0)
                trace.Info($"Attempt #{i + 1}: Trying \"{policies[i].Word()}\" pull policy");
            try
            {
                return await ByPolicyAsync(image, policies[i], platform, ct);
            }
            catch (EngineException e)
            {
                last = PullFailure.Of(e);
                trace.Warning($"Failed to pull image with policy \"{policies[i].Word()}\": {e.Message}");
            }
        }

        throw new JobFailedException(
            last!.Reason,
            $"failed to pull image \"{image.Written}\" with specified policies {PullPolicies.Words(policies)}: {last.Message}"
        );
    }

    private async Task<ImageDetails> ByPolicyAsync(ImageReference image, PullPolicy policy, string? platform, CancellationToken ct)
    {
        if (policy == PullPolicy.Always)
            return await PullAsync(image, platform, ct);
        var local = await engine.InspectImageAsync(Pinned(image), ct);
        if (local is not null && Fits(local, platform))
        {
            trace.Line($"Using locally found image version due to \"{policy.Word()}\" pull policy");
            return Told(image, local);
        }

        return policy == PullPolicy.IfNotPresent
            ? await PullAsync(image, platform, ct)
            : throw new EngineException(System.Net.HttpStatusCode.NotFound, $"No such image: {image.Written}");
    }

    private async Task<ImageDetails> PullAsync(ImageReference image, string? platform, CancellationToken ct)
    {
        _logins ??= await logins(ct);
        var login = await _logins.FindAsync(image, ct);
        if (login is not null)
            trace.Line($"Authenticating with credentials from {login.Source}");
        trace.Line($"Pulling docker image {image.Written} ...");
        var asked = IsOwn(image) ? ForEngine(image, own!) : image;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await engine.PullImageAsync(asked, platform, login?.ToHeader(), static _ => { }, ct);
                break;
            }
            catch (EngineException e) when (attempt < Tries && PullFailure.Of(e).Transient)
            {
                var pause = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(2_000, 10_000));
                trace.Warning($"{e.Message}; trying again in {pause.TotalSeconds:0} s");
                await Task.Delay(pause, time, ct);
            }
        }

        return Told(
            image,
            await engine.InspectImageAsync(Pinned(asked), ct)
                ?? throw new EngineException(System.Net.HttpStatusCode.NotFound, $"{image.Written} was pulled and is gone")
        );
    }

    private ImageDetails Told(ImageReference image, ImageDetails details)
    {
        var digest = details.RepoDigests is [var first, ..] ? $" with digest {first}" : "";
        trace.Line($"Using docker image {details.Id} for {image.Written}{digest} ...");
        return details;
    }

    private bool IsOwn(ImageReference image) => image.Domain == own?.Name;

    private static ImageReference ForEngine(ImageReference image, OwnRegistry own) =>
        image with
        {
            Name = own.EngineName + image.Name[own.Name.Length..],
            Domain = own.EngineName,
        };

    /// <summary>With both, engines look at the digest and some trip over the tag.</summary>
    private static string Pinned(ImageReference image) =>
        image.Digest is { } digest ? $"{image.Name}@{digest}" : $"{image.Name}:{image.Tag}";

    private static bool Fits(ImageDetails local, string? platform)
    {
        if (platform is null)
            return true;
        var parts = platform.Split('/');
        return parts[0] == local.Os && (parts.Length < 2 || parts[1] == local.Architecture);
    }
}

namespace Slipway.Server.Blobs;

/// <summary>A bucket of Amazon S3 or of a server that speaks the same.</summary>
internal sealed record S3Options(string Bucket, string AccessKey, string SecretKey)
{
    /// <summary>The server, <c>https://s3.example.com</c>. Nothing means Amazon's of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What others call the same server, for addresses that are given out. Nothing: as it is called here.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>What requests are signed for. Servers other than Amazon's mostly take any.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Before every key, <c>slipway/</c> say, when the bucket is shared.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The bucket's name in the path instead of the host, as servers other than Amazon's mostly want it.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Larger blobs go in parts of this size. S3 takes 5 MiB to 5 GiB and 10,000 parts. 16 MiB, so up to 156 GiB.</summary>
    public long PartBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Where a blob waits on this machine until it is known whole. The machine's folder for temporary files.</summary>
    public string StagingFolder { get; init; } = Path.GetTempPath();

    /// <summary>For one request until its answer begins, and for each silence in that; then it is tried again. 100 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How often a request that failed for no fault of its own is tried again. 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Endpoint?.ToString() ?? "s3://"}{Bucket}/{Prefix}";
}

namespace Slipway.Runner.Config;

/// <summary><c>[runners.cache]</c> (runner-protocol §15.3).</summary>
public sealed record CacheConfig
{
    /// <summary><c>s3</c>, <c>gcs</c>, <c>azure</c>; empty = the local folder only.</summary>
    public string Type { get; init; } = "";

    /// <summary>Put in front of every object's name.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether all runners share what they cache.</summary>
    public bool Shared { get; init; }

    /// <summary>Bytes; larger archives are not kept. 0 = no limit.</summary>
    public long MaxUploadedArchiveSize { get; init; }

    public S3CacheConfig? S3 { get; init; }
}

/// <summary><c>[runners.cache.s3]</c>.</summary>
public sealed record S3CacheConfig
{
    public string ServerAddress { get; init; } = "s3.amazonaws.com";
    public string? AccessKey { get; init; }
    public string? SecretKey { get; init; }
    public string? SessionToken { get; init; }
    public string BucketName { get; init; } = "";
    public string? BucketLocation { get; init; }

    /// <summary>Plain HTTP.</summary>
    public bool Insecure { get; init; }

    public bool? PathStyle { get; init; }
    public string? AuthenticationType { get; init; }
    public string? ServerSideEncryption { get; init; }
    public string? ServerSideEncryptionKeyId { get; init; }
}

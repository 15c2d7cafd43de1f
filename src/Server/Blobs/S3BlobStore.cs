using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Slipway.Server.Blobs;

/// <summary>
/// Blobs in a bucket, as <c>PREFIXsha256/ab/ab3f…</c>. A blob is first taken to a file of this machine, for S3 wants name and length before the bytes. Every
/// request's signature covers its body's SHA-256, so the server refuses bytes that changed on the way. Unless it is to be replaced, an object is written only where
/// none is (<c>If-None-Match: *</c>); a server that does not know this writes the same bytes again.
/// </summary>
internal sealed class S3BlobStore(S3Options options) : IBlobStore
{
    private readonly AmazonS3Client _s3 = Client(options, options.Endpoint);

    /// <summary>Signs addresses for others, and is never asked itself.</summary>
    private readonly AmazonS3Client _outside = Client(options, options.PublicEndpoint ?? options.Endpoint);

    public Task<BlobPut> PutAsync(Stream content, BlobDigest? expected, long maxBytes, CancellationToken ct) =>
        PutAsync(content, expected, maxBytes, replaces: false, ct);

    public Task<BlobPut> ReplaceAsync(Stream content, BlobDigest? expected, long maxBytes, CancellationToken ct) =>
        PutAsync(content, expected, maxBytes, replaces: true, ct);

    private async Task<BlobPut> PutAsync(Stream content, BlobDigest? expected, long maxBytes, bool replaces, CancellationToken ct)
    {
        await using var file = Stage();
        var outcome = await Intake.ReadAsync(content, file, isDurable: false, expected, maxBytes, ct);
        if (outcome is not BlobPut.Stored(var blob))
            return outcome;
        if (blob.Length <= options.PartBytes)
            await GuardedAsync(() => PutWholeAsync(file, blob, replaces, ct), ct);
        else if (replaces || await StatAsync(blob.Digest, ct) != blob)
            await GuardedAsync(() => new MultipartPut(_s3, options, KeyOf(blob.Digest), replaces).RunAsync(file, blob.Length, ct), ct);
        return outcome;
    }

    public Task<Blob?> StatAsync(BlobDigest digest, CancellationToken ct) =>
        FoundAsync<Blob>(
            async () =>
            {
                var head = await _s3.GetObjectMetadataAsync(options.Bucket, KeyOf(digest), ct);
                return new Blob(digest, head.ContentLength);
            },
            ct
        );

    public Task<Stream?> OpenAsync(BlobDigest digest, BlobRange? range, CancellationToken ct) =>
        FoundAsync<Stream>(
            async () =>
            {
                var request = new GetObjectRequest { BucketName = options.Bucket, Key = KeyOf(digest) };
                if (range is { } part)
                    request.ByteRange = new ByteRange(part.Start, part.Start + part.Length - 1);
                var response = await _s3.GetObjectAsync(request, ct);
                if (range is not null && WhyNot(response, range) is { } why)
                {
                    response.Dispose();
                    throw why;
                }

                return new StreamPart(response.ResponseStream, response.ContentLength, options.Timeout);
            },
            ct
        );

    public Task DeleteAsync(BlobDigest digest, CancellationToken ct) =>
        GuardedAsync(() => _s3.DeleteObjectAsync(options.Bucket, KeyOf(digest), ct), ct);

    public async IAsyncEnumerable<Blob> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix + "sha256/" };
        while (true)
        {
            var page = await GuardedAsync(() => _s3.ListObjectsV2Async(request, ct), ct);
            foreach (var found in page.S3Objects ?? [])
                if (BlobDigest.TryParse("sha256:" + found.Key[(found.Key.LastIndexOf('/') + 1)..], out var digest))
                    yield return new Blob(digest, found.Size ?? 0);
            if (page.IsTruncated is not true)
                yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    public async Task<int> SweepAsync(DateTimeOffset begunBefore, CancellationToken ct)
    {
        var left = new List<MultipartUpload>();
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = options.Prefix + "sha256/" };
        while (true)
        {
            var page = await GuardedAsync(() => _s3.ListMultipartUploadsAsync(request, ct), ct);
            left.AddRange((page.MultipartUploads ?? []).Where(upload => upload.Initiated?.ToUniversalTime() < begunBefore.UtcDateTime));
            if (page.IsTruncated is not true)
                break;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }

        foreach (var upload in left)
            await GuardedAsync(() => _s3.AbortMultipartUploadAsync(options.Bucket, upload.Key, upload.UploadId, ct), ct);
        return left.Count;
    }

    public Uri? LinkTo(BlobDigest digest, DateTimeOffset until) =>
        new(
            _outside.GetPreSignedURL(
                new GetPreSignedUrlRequest
                {
                    BucketName = options.Bucket,
                    Key = KeyOf(digest),
                    Verb = HttpVerb.GET,
                    Expires = until.UtcDateTime,
                    Protocol =
                        (options.PublicEndpoint ?? options.Endpoint)?.Scheme == "http" ? Amazon.S3.Protocol.HTTP : Amazon.S3.Protocol.HTTPS,
                }
            )
        );

    public void Dispose()
    {
        _s3.Dispose();
        _outside.Dispose();
    }

    private static AmazonS3Client Client(S3Options options, Uri? endpoint) =>
        new(new BasicAWSCredentials(options.AccessKey, options.SecretKey), Configuration(options, endpoint));

    private static AmazonS3Config Configuration(S3Options options, Uri? endpoint)
    {
        var configuration = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            HttpClientFactory = new S3HttpClients(options.Timeout),
            MaxErrorRetry = options.Retries,
            RetryMode = RequestRetryMode.Standard,
            // The signature covers the body already, and many servers do not know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is not null)
            configuration.ServiceURL = endpoint.ToString();
        else
            configuration.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        return configuration;
    }

    private FileStream Stage()
    {
        try
        {
            return new FileStream(UnnamedFile.Create(options.StagingFolder), FileAccess.ReadWrite, 0, isAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BlobStoreException("A blob cannot be staged: " + e.Message, e);
        }
    }

    private async Task<int> PutWholeAsync(FileStream file, Blob blob, bool replaces, CancellationToken ct)
    {
        file.Position = 0;
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = KeyOf(blob.Digest),
            InputStream = file,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            IfNoneMatch = replaces ? null : "*",
        };
        try
        {
            ThrowWithoutTag((await _s3.PutObjectAsync(request, ct)).ETag);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed) { }

        return 0;
    }

    /// <summary>Every bucket gives what it keeps a tag. Without one it was somebody else who said that all is well.</summary>
    internal static void ThrowWithoutTag(string? tag)
    {
        if (string.IsNullOrEmpty(tag))
            throw new AmazonClientException("The server answered a PUT with success and without an ETag: it is no bucket that answers.");
    }

    private string KeyOf(BlobDigest digest) => $"{options.Prefix}sha256/{digest.Hex[..2]}/{digest.Hex}";

    /// <summary>Some servers answer with another range than they were asked for, and all of them cut one that goes beyond the end.</summary>
    private static Exception? WhyNot(GetObjectResponse response, BlobRange asked)
    {
        var end = asked.Start + asked.Length - 1;
        var sent = response.ContentRange ?? "";
        if (long.TryParse(sent[(sent.LastIndexOf('/') + 1)..], out var total) && end >= total)
            return new ArgumentOutOfRangeException(nameof(asked), asked, $"The blob has {total} bytes.");
        return sent == $"bytes {asked.Start}-{end}/{total}" && response.ContentLength == asked.Length
            ? null
            : new AmazonClientException($"The server was asked for bytes {asked.Start}-{end} and sent '{sent}'.");
    }

    private static async Task<T?> FoundAsync<T>(Func<Task<T>> ask, CancellationToken ct)
        where T : class
    {
        try
        {
            return await GuardedAsync(ask, ct);
        }
        catch (BlobStoreException e)
            when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" })
        {
            return null;
        }
        catch (BlobStoreException e)
            when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            throw new ArgumentOutOfRangeException("The range does not lie within the blob.", e);
        }
    }

    /// <summary>What the bucket, the way to it or the client's library throws. A server that says nothing is a <see cref="TimeoutException"/>.</summary>
    internal static bool IsFailure(Exception e) =>
        e is AmazonClientException or AmazonServiceException or HttpRequestException or WebException or IOException or TimeoutException;

    private static async Task<T> GuardedAsync<T>(Func<Task<T>> act, CancellationToken ct)
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (IsFailure(e) || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new BlobStoreException("The bucket fails: " + e.Message, e) { Told = "the server's object storage fails" };
        }
    }
}

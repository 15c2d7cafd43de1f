using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Slipway.Server.Blobs;

/// <summary>Puts a large object in parts. When it fails the parts are given up, for the bucket's owner pays for them.</summary>
internal sealed class MultipartPut(AmazonS3Client s3, S3Options options, string key, bool replaces)
{
    public async Task<int> RunAsync(FileStream file, long length, CancellationToken ct)
    {
        var begun = await s3.InitiateMultipartUploadAsync(options.Bucket, key, ct);
        try
        {
            var parts = new List<PartETag>();
            for (var start = 0L; start < length; start += options.PartBytes)
                parts.Add(await PutPartAsync(begun.UploadId, file, start, Math.Min(options.PartBytes, length - start), ct));
            await CompleteAsync(begun.UploadId, parts, ct);
            return parts.Count;
        }
        catch
        {
            await GiveUpAsync(begun.UploadId);
            throw;
        }
    }

    private async Task<PartETag> PutPartAsync(string upload, FileStream file, long start, long length, CancellationToken ct)
    {
        file.Position = start;
        var number = (int)(start / options.PartBytes) + 1;
        var request = new UploadPartRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = upload,
            PartNumber = number,
            InputStream = file,
            PartSize = length,
            UseChunkEncoding = false,
        };
        var response = await s3.UploadPartAsync(request, ct);
        S3BlobStore.ThrowWithoutTag(response.ETag);
        return new PartETag(number, response.ETag);
    }

    private async Task CompleteAsync(string upload, List<PartETag> parts, CancellationToken ct)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = upload,
            PartETags = parts,
            IfNoneMatch = replaces ? null : "*",
        };
        try
        {
            await s3.CompleteMultipartUploadAsync(request, ct);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            // Somebody else has put the same bytes meanwhile.
            await GiveUpAsync(upload);
        }
    }

    // What fails here too is left to the sweep; the reason that counts is the one before.
    private async Task GiveUpAsync(string upload)
    {
        try
        {
            await s3.AbortMultipartUploadAsync(options.Bucket, key, upload, CancellationToken.None);
        }
        catch (Exception e) when (S3BlobStore.IsFailure(e) || e is OperationCanceledException) { }
    }
}

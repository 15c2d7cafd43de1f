using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Slipway.Server.Git.Smart;

/// <summary>What a Git client sends: as long as a pack is, as slowly as it is made, and packed with gzip when it is a long list of what it has.</summary>
internal static class GitBody
{
    /// <summary>Bytes that a packed body may unpack to. A million commits that a client has are 50 MB.</summary>
    public const long MaxUnpacked = 64L << 20;

    /// <summary>A client that compresses a pack is silent for as long as this takes it.</summary>
    private static readonly MinDataRate Patient = new(1, TimeSpan.FromMinutes(10));

    /// <returns>The body, unpacked.</returns>
    /// <exception cref="BadHttpRequestException">It is packed in a way Git does not use; or, while it is read, it unpacks to too much.</exception>
    public static Stream Open(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } upload)
            upload.MinDataRate = Patient;
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } download)
            download.MinDataRate = Patient;
        return http.Request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => http.Request.Body,
            "gzip" or "x-gzip" => new Bounded(new GZipStream(http.Request.Body, CompressionMode.Decompress)),
            _ => throw new BadHttpRequestException("The body's encoding is not known.", StatusCodes.Status415UnsupportedMediaType),
        };
    }

    private sealed class Bounded(Stream inner) : ForwardOnlyStream
    {
        private long _left = MaxUnpacked;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                var read = await inner.ReadAsync(buffer, cancellationToken);
                _left -= read;
                return _left >= 0
                    ? read
                    : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
            }
            catch (InvalidDataException e)
            {
                throw new BadHttpRequestException("The body is not packed with gzip.", e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

using Microsoft.AspNetCore.Http.Metadata;

namespace Slipway.Server.Http;

/// <summary>How many bytes the body of a call to this route may have, before anybody reads it.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;

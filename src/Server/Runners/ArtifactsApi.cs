using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Artifacts;

namespace Slipway.Server.Runners;

/// <summary>What running jobs upload, and what they fetch of earlier ones (runner-protocol §8.1, §8.3).</summary>
internal static class ArtifactsApi
{
    private const int MostBoundary = 200;
    private static readonly Access OwnToken = new Access.OwnDoor("the job's own token");

    public static void MapRunnerArtifacts(this IEndpointRouteBuilder v4)
    {
        v4.MapPost("/jobs/{id:long}/artifacts/authorize", AuthorizeAsync).Allow(OwnToken);
        v4.MapPost("/jobs/{id:long}/artifacts", UploadAsync).Allow(OwnToken);
        v4.MapGet("/jobs/{id:long}/artifacts", DownloadAsync).Allow(OwnToken);
    }

    /// <summary>For proxies that ask before they take an upload: gitlab-runner does not.</summary>
    private static async Task<IResult> AuthorizeAsync(HttpContext http, long id, JobDoor door, JobOptions options, CancellationToken ct)
    {
        if (await door.FindRunningAsync(http, id, http.Request.Query["token"], ct) is null)
            return Answers.Forbidden();
        return long.TryParse(http.Request.Query["filesize"], out var size) && size > options.ArtifactBytes ? TooLarge : Answers.Ok(new { });
    }

    private static async Task<IResult> UploadAsync(HttpContext http, long id, JobDoor door, ArtifactIntake intake, CancellationToken ct)
    {
        // Archives are larger than any other request, and come as slowly as they are made.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = new MinDataRate(1, TimeSpan.FromMinutes(10));
        var query = http.Request.Query;
        if (await door.FindRunningAsync(http, id, query["token"], ct) is not { } job)
            return Answers.Forbidden();
        var type = query["artifact_type"].ToString() is { Length: > 0 } given ? given : ArtifactType.Archive;
        if (ArtifactType.FormatOf(type) is not { } format)
            return Answers.BadParameter("artifact_type does not have a valid value");
        if (query["artifact_format"].ToString() is { Length: > 0 } said && said != format)
            return Answers.Message(
                StatusCodes.Status400BadRequest,
                $"400 Bad request - Invalid file format with specified file type {type}"
            );
        if (await FileAsync(http.Request, ct) is not { } file)
            return Answers.BadParameter("file is missing");
        var described = new ArtifactIntake.Described(
            type,
            format,
            ArtifactIntake.Clean(file.Section.GetContentDispositionHeader()?.FileName.Value),
            query["expire_in"]
        );
        return await intake.TakeAsync(job, described, file.Section.Body, ct) switch
        {
            Upload.Kept when await file.Reader.ReadNextSectionAsync(ct) is null => Results.Text(
                "201",
                "application/json",
                null,
                StatusCodes.Status201Created
            ),
            Upload.Kept => Answers.Message(StatusCodes.Status400BadRequest, "400 Bad request - one file is expected"),
            Upload.TooLarge => TooLarge,
            Upload.Refused(var why) => Answers.Message(StatusCodes.Status400BadRequest, why),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    /// <summary>A job may fetch what jobs of its own project have left, and jobs of others that whoever answers for it may read.</summary>
    private static async Task<IResult> DownloadAsync(
        HttpContext http,
        long id,
        Actor actor,
        Db db,
        IBlobStore blobs,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (actor is not Actor.Job asking)
            return Answers.Forbidden();
        var now = time.Milliseconds();
        var archive = await db.FindAsync<ArtifactRow>(
            $"SELECT * FROM artifacts WHERE job_id = @id AND file_type = 'archive' AND {ArtifactRow.IsThere}",
            new { id, now },
            ct
        );
        if (archive is null)
            return Answers.NotFound();
        if (archive.ProjectId == asking.ProjectId)
            return ArtifactAnswers.Whole(archive, blobs);
        var project = await db.FindAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId AND deleted_at IS NULL",
            archive,
            ct
        );
        return project is not null && await JobArtifactsAccess.MayReadAsync(db, asking.User.Id, project, now, ct)
            ? ArtifactAnswers.Whole(archive, blobs)
            : Answers.NotFound();
    }

    /// <summary>The one part of the form, as a stream: what comes before or after it is refused.</summary>
    private static async Task<(MultipartReader Reader, MultipartSection Section)?> FileAsync(HttpRequest request, CancellationToken ct)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || type.MediaType.Value?.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MostBoundary } boundary
        )
            return null;
        var reader = new MultipartReader(boundary, request.Body);
        return
            await reader.ReadNextSectionAsync(ct) is { } section
            && section.GetContentDispositionHeader() is { } disposition
            && disposition.Name.Value?.Trim('"') == "file"
            ? (reader, section)
            : null;
    }

    private static IResult TooLarge => Answers.Message(StatusCodes.Status413PayloadTooLarge, "413 Request Entity Too Large");
}

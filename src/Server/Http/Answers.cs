using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>Answers in the shapes GitLab's clients expect: snake_case, and errors as <c>{"message": …}</c>. https://docs.gitlab.com/api/rest/troubleshooting/</summary>
internal static class Answers
{
    /// <summary>How everything of API v4 is written. Instants are ISO 8601 with milliseconds.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new InstantJson() },
    };

    public static IResult Ok<T>(T value) => Results.Json(value, Json);

    public static IResult Created<T>(T value) => Results.Json(value, Json, statusCode: StatusCodes.Status201Created);

    public static IResult Accepted<T>(T value) => Results.Json(value, Json, statusCode: StatusCodes.Status202Accepted);

    public static IResult NoContent => Results.NoContent();

    /// <param name="what">What is not there, or not for whom asks: <c>Project</c>.</param>
    public static IResult NotFound(string? what = null) => Message(404, what is null ? "404 Not found" : $"404 {what} Not Found");

    public static IResult Unauthorized => Message(401, "401 Unauthorized");

    public static IResult Forbidden(string? why = null) => Message(403, why is null ? "403 Forbidden" : $"403 Forbidden - {why}");

    /// <summary>A parameter is missing or has no such value: <c>ref is missing</c>, <c>scope does not have a valid value</c>.</summary>
    public static IResult BadParameter(string error) => Results.Json(new { error }, Json, statusCode: 400);

    /// <summary>It is understood and cannot be: <c>{"message": {"path": ["has already been taken"]}}</c>.</summary>
    public static IResult Invalid(string field, string error, int status = 400) =>
        Results.Json(new { message = new Dictionary<string, string[]> { [field] = [error] } }, Json, statusCode: status);

    public static IResult Conflict(string message) => Message(409, message);

    public static IResult Message(int status, string message) => Results.Json(new { message }, Json, statusCode: status);

    private sealed class InstantJson : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>
/// A call's parameters, wherever the client put them: in the query, a form or a JSON body, which GitLab's clients mix freely. The body wins. Nested ones are
/// read from JSON as they are, and from forms by their brackets: <c>variables[][key]</c>, <c>filter[environment_scope]</c>.
/// https://docs.gitlab.com/api/rest/#request-payload
/// </summary>
internal sealed class Parameters
{
    /// <summary>Bytes of a JSON body: GitLab's 1 MiB would refuse a file of the repository API, which may have 100.</summary>
    public const long MaxBody = 150L << 20;

    private const int MaxDepth = 32;

    private readonly IQueryCollection _query;
    private readonly IFormCollection? _form;
    private readonly JsonElement? _json;

    private Parameters(IQueryCollection query, IFormCollection? form, JsonElement? json) => (_query, _form, _json) = (query, form, json);

    /// <summary>None at all.</summary>
    public static Parameters None { get; } = new(QueryCollection.Empty, null, null);

    /// <summary>These alone, with one more.</summary>
    public Parameters With(string name, string value) =>
        new(new QueryCollection(_query.Append(new(name, value)).ToDictionary()), _form, _json);

    /// <summary>The body, when it is a JSON object.</summary>
    public JsonElement? Json => _json;

    /// <summary>The files and fields of a form, when the body is one.</summary>
    public IFormCollection? Form => _form;

    /// <summary>All values of a name in the query.</summary>
    public IReadOnlyList<string?> Query(string name) => _query.TryGetValue(name, out var values) ? [.. values] : [];

    /// <summary>Minimal APIs find this by its name.</summary>
    /// <exception cref="BadHttpRequestException">The body is no JSON object, too deep, or too large.</exception>
    public static async ValueTask<Parameters> BindAsync(HttpContext http)
    {
        var request = http.Request;
        // As GitLab does. Lists that are for everybody are asked so, and nobody is to be made to read what strangers send along.
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return new Parameters(request.Query, null, null);
        if (request.HasFormContentType)
            return new Parameters(request.Query, await request.ReadFormAsync(http.RequestAborted), null);
        if (request.ContentLength is 0 || !request.HasJsonContentType())
            return new Parameters(request.Query, null, null);
        try
        {
            using var document = await JsonDocument.ParseAsync(
                request.Body,
                new JsonDocumentOptions { MaxDepth = MaxDepth },
                http.RequestAborted
            );
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Parameters(request.Query, null, document.RootElement.Clone())
                : throw new BadHttpRequestException("The body is no JSON object.");
        }
        catch (JsonException e)
        {
            // A client that says JSON and sends nothing means no parameters: glab does.
            if (request.ContentLength is null or 0)
                return new Parameters(request.Query, null, null);
            throw new BadHttpRequestException("The body is no valid JSON.", e);
        }
    }

    public bool Has(string name) =>
        (_json is { } json && json.TryGetProperty(name, out _)) || _form?.ContainsKey(name) == true || _query.ContainsKey(name);

    /// <summary>Numbers and booleans as JSON writes them; <see langword="null"/> when it is not there, or is JSON's null.</summary>
    public string? Text(string name)
    {
        if (_json is { } json && json.TryGetProperty(name, out var value))
        {
            return value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => value.GetString(),
                _ => value.GetRawText(),
            };
        }

        if (_form?.TryGetValue(name, out var field) == true)
            return field;
        return _query.TryGetValue(name, out var given) ? given.ToString() : null;
    }

    /// <returns>Nothing when it is not there or no number.</returns>
    public long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>GitLab takes <c>true</c>, <c>t</c>, <c>1</c>, <c>yes</c>, <c>on</c> for true.</summary>
    public bool? Flag(string name) =>
        Text(name)?.ToLowerInvariant() switch
        {
            "true" or "t" or "1" or "yes" or "y" or "on" => true,
            "false" or "f" or "0" or "no" or "n" or "off" => false,
            _ => null,
        };

    /// <summary>A JSON list, a repeated <c>name[]</c>, or a text with commas.</summary>
    public IReadOnlyList<string>? List(string name)
    {
        if (_json is { } json && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array)
            return
            [
                .. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText()),
            ];
        if (_form?.TryGetValue(name + "[]", out var fields) == true)
            return [.. fields.OfType<string>()];
        if (_query.TryGetValue(name + "[]", out var given))
            return [.. given.OfType<string>()];
        return Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary><c>name[key]=value</c> of forms and queries, or a JSON object's texts.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Map(string name)
    {
        if (_json is { } json && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object)
        {
            return
            [
                .. value
                    .EnumerateObject()
                    .Select(item =>
                        KeyValuePair.Create(
                            item.Name,
                            item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString()! : item.Value.GetRawText()
                        )
                    ),
            ];
        }

        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> all = [.. _form ?? FormCollection.Empty, .. _query];
        return
        [
            .. all.Where(pair => pair.Key.StartsWith(name + "[") && pair.Key.EndsWith(']') && pair.Key.IndexOf(']') == pair.Key.Length - 1)
                .Select(pair => KeyValuePair.Create(pair.Key[(name.Length + 1)..^1], pair.Value.ToString())),
        ];
    }
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Assets;

/// <summary>Style sheet, script and picture, out of the program itself. Their address holds a hash of what they say, so a browser keeps them for ever.</summary>
internal static class PageAssets
{
    private static readonly Dictionary<string, (string Type, byte[] Bytes)> Files = new()
    {
        ["slipway.css"] = ("text/css; charset=utf-8", [.. Resource("slipway.css"), .. Encoding.UTF8.GetBytes(Palette.Css())]),
        ["slipway.js"] = ("text/javascript; charset=utf-8", Resource("slipway.js")),
        ["slipway.svg"] = ("image/svg+xml", Resource("slipway.svg")),
    };

    private static readonly string Hash = Convert.ToHexStringLower(
        SHA256.HashData([.. Files.OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => file.Value.Bytes)])
    )[..16];

    public static Address Of(string name) => Address.To("-", "assets", Hash, name);

    public static void MapAssets(this IEndpointRouteBuilder app) =>
        app.MapGet("/-/assets/{hash}/{name}", Answer).Allow(new Access.Everyone("the same for everybody, and no secret"));

    private static IResult Answer(HttpContext http, string hash, string name)
    {
        if (hash != Hash || !Files.TryGetValue(name, out var file))
            return Answers.NotFound();
        var headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(file.Bytes, file.Type, entityTag: new($"\"{Hash}\""));
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream("ui." + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

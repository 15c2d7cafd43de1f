namespace Slipway.Browser.Tests.Support;

/// <summary>
/// Files as somebody writes them who wants to run something with the origin of whatever server gives them out. Each says so in the console, asks that server for
/// <see cref="Mark"/>, and tells whoever waits for it.
/// </summary>
internal static class HostileFiles
{
    public const string Mark = "slipway-was-here";

    private const string Script = $$"""
        (() => {
          const here = globalThis;
          console.log("{{Mark}}", here.origin, here.location.href);
          here.{{Flag}} = true;
          try { fetch("/{{Mark}}?" + encodeURIComponent(here.location.href)); } catch { }
          try { here.parent.postMessage("{{Mark}}", "*"); } catch { }
          try { here.postMessage("{{Mark}}"); } catch { }
          here.onconnect = one => one.ports[0].postMessage("{{Mark}}");
        })();
        """;

    private const string Flag = "slipwayWasHere";

    private const string Page =
        $"<!doctype html><html><head><title>evil</title><script>{Script}</script></head><body><img src='x' onerror='{OnError}'>evil</body></html>";

    private const string OnError = $"console.log(\"{Mark}\")";

    private const string Xhtml = $"""
        <?xml version="1.0" encoding="utf-8"?>
        <html xmlns="http://www.w3.org/1999/xhtml"><head><title>evil</title><script><![CDATA[{Script}]]></script></head><body>evil</body></html>
        """;

    private const string Svg = $"""
        <?xml version="1.0" encoding="utf-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload='{OnError}'><script><![CDATA[{Script}]]></script></svg>
        """;

    public static readonly (string Name, string Text)[] All =
    [
        ("index.html", Page),
        ("EVIL.HTM", Page),
        ("page", Page),
        ("page.xhtml", Xhtml),
        ("page.xml", Xhtml),
        ("picture.svg", Svg),
        ("script.js", Script),
        ("module.mjs", Script),
        ("style.css", $"html {{ --{Mark}: 1 }}"),
    ];
}

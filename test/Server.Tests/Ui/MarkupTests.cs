using Slipway.Server.Ui;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class MarkupTests
{
    [Fact]
    public void Text_is_escaped_and_pieces_are_not()
    {
        var piece = Html.Of($"<b>{"<i>&\"'"}</b>");
        Assert.Equal("<p title=\"&lt;\"><b>&lt;i&gt;&amp;&quot;&#39;</b>7</p>", Html.Of($"<p title=\"{"<"}\">{piece}{7}</p>").ToString());
    }

    [Fact]
    public void What_no_page_can_hold_is_replaced() => Assert.Equal("a\ufffd\ufffd\tb", Html.Of($"{"a\0\e\tb"}").ToString());

    [Fact]
    public void A_text_is_no_address()
    {
        Assert.Throws<InvalidOperationException>(() => Html.Of($"<a href=\"{"javascript:alert(1)"}\">"));
        Assert.Throws<InvalidOperationException>(() => Html.Of($"<form action=\"{"/x"}\">"));
    }

    [Fact]
    public void An_attribute_has_quotes() => Assert.Throws<InvalidOperationException>(() => Html.Of($"<p title={"x onclick=y"}>"));

    [Theory]
    [InlineData("https://example.com/a b", "https://example.com/a%20b")]
    [InlineData("http://example.com", "http://example.com/")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("vbscript:x", null)]
    [InlineData("/path", null)]
    [InlineData("file:///etc/passwd", null)]
    public void Addresses_of_the_web_are_http(string text, string? address) => Assert.Equal(address, Address.Web(text)?.Text);

    [Fact]
    public void Paths_are_encoded_word_by_word() =>
        Assert.Equal(
            "/g/app/-/tree/feature/x/a%20%3Fb%23c%22?ref=a%26b#L1",
            Address.To("g/app", "-", "tree", "feature/x", "a ?b#c\"").With(("ref", "a&b"), ("no", null)).At("L1").Text
        );

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b?c=d", "/a/b?c=d")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/a\\b", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/a\nSet-Cookie: x", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Nobody_is_sent_back_to_another_server(string? path, string checkedPath) =>
        Assert.Equal(checkedPath, ReturnPath.Check(path));

    [Theory]
    [InlineData("/g/app", "/-/page/g%2Fapp")]
    [InlineData("/g/sub/app/-/jobs/1", "/-/page/g%2Fsub%2Fapp/jobs/1")]
    [InlineData("/g/app/-/tree/main/-/x", "/-/page/g%2Fapp/tree/main/-/x")]
    [InlineData("/g/app/-/pipelines/", "/-/page/g%2Fapp/pipelines")]
    [InlineData("/g%2Fapp/-/jobs/1", "/-/page/g%2Fapp/jobs/1")]
    [InlineData("/g/app/container_registry", "/-/page/g%2Fapp/container_registry")]
    [InlineData("/g/sub/app/container_registry/7", "/-/page/g%2Fsub%2Fapp/container_registry/7")]
    [InlineData("/g/app/-/container_registry/7/tags/v1", "/-/page/g%2Fapp/container_registry/7/tags/v1")]
    [InlineData("/g/container_registry", "/-/page/g%2Fcontainer_registry")]
    [InlineData("/api/v4/projects", null)]
    [InlineData("/-/health", null)]
    [InlineData("/-/page/1/jobs/1", null)]
    [InlineData("/users/sign_in", null)]
    [InlineData("/v2/a/b/blobs/uploads/", null)]
    [InlineData("/g/app.git/info/refs", null)]
    [InlineData("/g/app/info/refs", null)]
    [InlineData("/g/app/git-upload-pack", null)]
    [InlineData("/g/app.git/info/lfs/objects/batch", null)]
    [InlineData("/g", "/-/space/g")]
    [InlineData("/admin", null)]
    [InlineData("/robots.txt", null)]
    [InlineData("/groups/new", null)]
    [InlineData("/groups/acme", "/-/group/acme")]
    [InlineData("/groups/acme/tools/-/group_members", "/-/group/acme%2Ftools/group_members")]
    [InlineData("/-/group/acme", null)]
    [InlineData("/", null)]
    public void Only_projects_pages_are_taken_for_such(string path, string? routed) => Assert.Equal(routed, PagePath.Rewrite(path));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](java&#10;script:alert(1))")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[x](//evil.example/a)")]
    [InlineData("[x](\\\\evil.example\\a)")]
    [InlineData("![x](https://evil.example/track.png)")]
    [InlineData("![x\" onerror=\"alert(1)](a.png \"t\" onload=\"x\")")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("<https://example.com/\"onmouseover=alert(1)>")]
    [InlineData("[x]: javascript:alert(1)\n\n[x]")]
    [InlineData("[x](vbscript:msgbox(1) \"a\" )")]
    [InlineData("a | b\n--|--\n<svg/onload=alert(1)> | [c](javascript:x)")]
    [InlineData("```<script>\nalert(1)\n```")]
    [InlineData("# <iframe src=//evil>\n\n- [ ] <b>")]
    [InlineData("[[x](javascript:a)](https://example.com)")]
    [InlineData("javascript://example.com/%0aalert(1)")]
    public void Markdown_is_inert(string markdown)
    {
        var html = MarkdownText.Of(markdown, path => Address.To("g/app", "-", "blob", "main", path)).ToString();
        PageCheck.Inert(html);
        Assert.DoesNotContain("href=\"javascript", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html);
    }

    [Fact]
    public void Links_between_files_lead_to_the_files() =>
        Assert.Equal(
            "<p><a href=\"/g/app/-/blob/main/docs/a.md\" rel=\"nofollow noopener noreferrer\">x</a></p>\n",
            MarkdownText.Of("[x](docs/a.md)", path => Address.To("g/app", "-", "blob", "main", path)).ToString()
        );

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(59, "59 seconds ago")]
    [InlineData(60, "1 minute ago")]
    [InlineData(7200, "2 hours ago")]
    [InlineData(86400 * 3, "3 days ago")]
    public void Times_are_words(int seconds, string words) => Assert.Equal(words, Times.Words(TimeSpan.FromSeconds(seconds)));
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Server.Tests.Support;
using Slipway.Server.Ui.Assets;
using Slipway.Server.Ui.Logs;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class LogReaderTests
{
    private const string Begin = "section_start:100:build\r\e[0K";
    private const string Stop = "section_end:107:build\r\e[0K";

    private static readonly string[] Words =
    [
        "hello ",
        "wörld ",
        "日本",
        "🚢",
        "<b>",
        "&amp;",
        "\t",
        "section_end:1:2<script>",
        "section_start:x:y\r",
    ];

    private static readonly string[] Controls =
    [
        "\e[0m",
        "\e[31;1m",
        "\e[38;5;208m",
        "\e[48;2;1;2;3m",
        "\e[38;2;999;0;0m",
        "\e[K",
        "\e[2J",
        "\e[?25l",
        "\e[1;1H",
        "\e]0;title\a",
        "\e]8;;https://example.com/\a",
        "\e]8;;\e\\",
        "\e(B",
        "\e7",
        "\a",
        "\b",
        "\0",
        "\x7f",
    ];

    [Fact]
    public Task What_is_shown_is_the_raw_text_without_its_control_codes() =>
        Properties.HoldAsync(
            PiecesOf(Words.Where(word => !word.Contains('\r'))),
            500,
            pieces =>
            {
                var raw = string.Concat(pieces.Select(piece => piece.Text));
                var plain = string.Concat(pieces.Where(piece => !piece.IsControl).Select(piece => piece.Text));
                // A log that does not end with a newline is shown as if it did.
                Assert.Equal(plain.TrimEnd('\n'), Shown(Read(raw)).TrimEnd('\n'));
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task It_does_not_matter_how_the_bytes_are_cut() =>
        Properties.HoldAsync(
            from pieces in PiecesOf([.. Words, Begin, Stop, "\r", "2026-01-02T03:04:05.123456Z 00O ", "2026-01-02T03:04:06.123456Z 00E+"])
            from cuts in Gen.ListOf(Gen.Choose(1, 9))
            select (Raw: string.Concat(pieces.Select(piece => piece.Text)), Cuts: cuts.ToArray()),
            500,
            one =>
            {
                Assert.Equal(Dump(Read(one.Raw)), Dump(Read(one.Raw, one.Cuts)));
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void A_section_that_is_none_is_text()
    {
        var items = Read("section_end:1:2<script>alert(1)</script>\nsection_start:1:a\"b\r\e[0Kx\n");
        Assert.Equal(["section_end:1:2<script>alert(1)</script>", "x"], items.Cast<LogItem.Line>().Select(Text));
    }

    [Fact]
    public void Sections_nest_and_say_how_long_they_took()
    {
        var items = Read(
            $"before\n{Begin}\e[36mBuild\e[0m\nsection_start:101:inner[collapsed=true]\r\e[0KInner\nin\nsection_end:103:inner\r\e[0K{Stop}after\n"
        );
        Assert.Equal(["before", "open Build", "open Inner collapsed", "in", "close 2", "close 7", "after"], Dump(items).Split('\n'));
    }

    [Fact]
    public void The_end_of_an_outer_section_ends_those_in_it() =>
        Assert.Equal(
            ["open build", "open in", "close 7", "close 7"],
            Dump(Read($"{Begin}\nsection_start:100:in\r\e[0K\n{Stop}\n")).Split('\n')
        );

    [Fact]
    public void The_end_of_a_section_that_never_began_is_dropped() => Assert.Equal("x", Dump(Read("section_end:1:never\r\e[0Kx\n")));

    [Fact]
    public void The_runners_stamps_are_taken_off_and_its_continued_lines_put_together()
    {
        var items = Read(
            "2026-01-02T03:04:05.123456Z 00O one \n2026-01-02T03:04:06.123456Z 00O+line\n2026-01-02T03:04:07.123456Z 01E two\n"
        );
        Assert.Equal(["one line", "two"], items.Cast<LogItem.Line>().Select(Text));
        Assert.Equal(["03:04:05", "03:04:07"], items.Cast<LogItem.Line>().Select(line => line.Stamp));
        Assert.Equal([1, 3], items.Cast<LogItem.Line>().Select(line => line.Number));
    }

    [Theory]
    [InlineData("10%\r50%\r100%\n", "100%")]
    [InlineData("done\r\n", "done")]
    [InlineData("\e[31", "")]
    [InlineData("\e]8;;never ends", "8;;never ends")]
    [InlineData("a\e", "a")]
    [InlineData("a\n\e[0;m", "a")]
    public void A_line_is_what_a_terminal_would_show(string raw, string shown) => Assert.Equal(shown, Shown(Read(raw)).TrimEnd('\n'));

    [Theory]
    [InlineData("\e[1;32m", "f2 bo")]
    [InlineData("\e[91;44m", "f9 b4")]
    [InlineData("\e[38;5;208;4m", "f208 ul")]
    [InlineData("\e[38:5:208m", "f208")]
    [InlineData("\e[38;2;255;0;0m", "f196")]
    [InlineData("\e[31m\e[39m", "")]
    [InlineData("\e[1m\e[m", "")]
    [InlineData("\e[7m", "in")]
    [InlineData("\e[31;7m", "f0 b1")]
    [InlineData("\e[38;5m", "")]
    [InlineData("\e[999;31m", "f1")]
    public void Colours_are_classes(string codes, string classes) =>
        Assert.Equal(classes, Assert.IsType<LogItem.Line>(Assert.Single(Read(codes + "x\n"))).Texts[0].Style);

    [Theory]
    [InlineData("https://example.com/a?b=1", "https://example.com/a?b=1")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("data:text/html,x", null)]
    [InlineData("//example.com", null)]
    [InlineData("JaVaScRiPt:alert(1)//http://", null)]
    public void Links_lead_to_the_web_only(string address, string? link) =>
        Assert.Equal(link, Assert.IsType<LogItem.Line>(Read($"\e]8;;{address}\e\\here\e]8;;\e\\\n")[0]).Texts[0].Link);

    [Fact]
    public void A_line_without_end_is_cut_and_no_character_with_it()
    {
        var raw = new string('é', LogReader.LongestLine);
        var items = Read(raw);
        Assert.Equal(raw, string.Concat(items.Cast<LogItem.Line>().Select(Text)));
        Assert.True(items.Count >= 2);
    }

    [Fact]
    public void A_last_line_is_shown_before_it_ends()
    {
        var reader = new LogReader();
        var items = new List<LogItem>();
        reader.Take("one\n\e[31mtwo"u8, items);
        var partial = reader.Partial()!;
        Assert.Equal((2, "two", "f1"), (partial.Number, Text(partial), partial.Texts[0].Style));
        reader.Take(" three\n"u8, items);
        Assert.Equal("one\ntwo three\n", Shown(items));
        Assert.Null(reader.Partial());
    }

    [Fact]
    public void Every_colour_of_text_can_be_read_on_the_logs_ground()
    {
        for (var index = 0; index < 256; index++)
            Assert.True(Palette.Contrast(Palette.Readable(Palette.Colour(index)), (0x14, 0x17, 0x1c)) >= 4.5, $"{index}");
    }

    [Fact]
    public void A_page_shows_the_same_as_the_events_tell()
    {
        var items = Read($"<i>\n{Begin}\e[1mHead\e[0m\nin\n");
        var html = LogView.Of(items, null).ToString();
        PageCheck.Inert(html);
        Assert.Contains("&lt;i&gt;", html);
        Assert.Equal(
            """[["line",1,null,[["","\u003Ci\u003E"]]],["open",2,null,[["bo","Head"]],false,false],["line",3,null,[["","in"]]]]""",
            LogEvents.Message(items, null)
        );
    }

    private static Gen<(string Text, bool IsControl)[]> PiecesOf(IEnumerable<string> words)
    {
        var word = Gen.Elements(words.Append("\n").ToArray()).Select(text => (text, false));
        var control = Gen.Elements(Controls).Select(text => (text, true));
        return Gen.ListOf(Gen.OneOf(word, control)).Select(list => list.ToArray());
    }

    private static List<LogItem> Read(string raw, int[]? cuts = null)
    {
        var bytes = Encoding.UTF8.GetBytes(raw).AsSpan();
        var (reader, items, at) = (new LogReader(), new List<LogItem>(), 0);
        while (bytes.Length > 0)
        {
            var size = cuts is null or [] ? bytes.Length : Math.Min(bytes.Length, cuts[at++ % cuts.Length]);
            reader.Take(bytes[..size], items);
            reader.Partial();
            bytes = bytes[size..];
        }

        reader.End(items);
        return items;
    }

    private static string Shown(List<LogItem> items)
    {
        var text = new StringBuilder();
        foreach (var line in items.OfType<LogItem.Line>())
            text.Append(Text(line)).Append('\n');
        return text.ToString();
    }

    private static string Text(LogItem.Line line) => string.Concat(line.Texts.Select(text => text.Text));

    private static string Dump(List<LogItem> items) =>
        string.Join(
            '\n',
            items.Select(item =>
                item switch
                {
                    LogItem.Line line => Text(line),
                    LogItem.Open open =>
                        $"open {string.Concat(open.Texts.Select(text => text.Text))}{(open.Collapsed ? " collapsed" : "")}",
                    LogItem.Close close => $"close {close.Seconds}",
                    _ => "",
                }
            )
        );
}

using System.Text;
using Slipway.Cli.Terminal;
using Xunit;

namespace Slipway.Cli.Tests.Terminal;

public sealed class LogLinesTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one|two")]
    [InlineData("no newline", "no newline")]
    [InlineData("\n\n", "|")]
    [InlineData("section_start:1700000000:step_script\r\e[0K\e[36;1mExecuting\e[0;m\n", "Executing")]
    [InlineData("section_end:1700000000:step_script\r\e[0Knext\n", "next")]
    [InlineData("section_end:1700000000:step_script\r\e[0K\nnext\n", "next")]
    [InlineData("unfinishedsection_end:1700000000:step_script\r\e[0K\e[0K\e[31;1mERROR: no\e[0;m\n", "unfinished|ERROR: no")]
    [InlineData("10%\r20%section_end:1:a.b-c_d\r\e[0Ksection_start:2:x[collapsed=true,hide_duration=true]\r\e[0KNext\n", "20%|Next")]
    [InlineData("\e[0msection_end:1:x\r\e[0K\n", "")]
    [InlineData("section_end:x:y\rover\nsection_end:1:\rover\nsection_start:1:a b\rover\n", "over|over|over")]
    [InlineData("10%\r20%\r100%\n", "100%")]
    [InlineData("windows\r\n", "windows")]
    [InlineData("\e[31mred\e[0m\n", "red")]
    [InlineData("a\e]8;;http://x\e\\link\e]8;;\e\\b\n", "alinkb")]
    [InlineData("t\e]0;title\ab\n", "tb")]
    [InlineData("bell\a back\b null\0\n", "bell back null")]
    [InlineData("tab\tstays\n", "tab\tstays")]
    [InlineData("caf\u00e9 \u00b0 \u009b2J日\n", "caf\u00e9 \u00b0 2J日")]
    [InlineData("cut\e[\n", "cut")]
    public void Lines_come_clean_wherever_the_log_is_cut(string log, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(log);
        Assert.Equal(expected, string.Join('|', Read(bytes, bytes.Length)));
        for (var piece = 1; piece < bytes.Length; piece++)
            Assert.Equal(expected, string.Join('|', Read(bytes, piece)));
    }

    [Fact]
    public void Colours_stay_when_wanted_and_nothing_else() =>
        Assert.Equal(["\e[1;31mred\e[0m"], Read(Encoding.UTF8.GetBytes("\e[1;31mred\e[0m\e[2K\e[5;5H\n"), 100, keepColour: true));

    [Fact]
    public void An_endless_line_is_shown_in_parts()
    {
        var lines = Read(Encoding.UTF8.GetBytes(new string('x', 200_000)), 10_000);
        Assert.Equal(200_000, lines.Sum(l => l.Length));
        Assert.InRange(lines.Count, 2, 4);
    }

    [Fact]
    public void Last_words_are_the_last_line_that_says_something()
    {
        var tail = new LogTail();
        tail.Take("first\n"u8);
        tail.Take("section_start:1:x\r\e[0K\e[36;1mRunning 14/60\e[0;m\n   \n"u8);
        Assert.Equal("Running 14/60", tail.LastWords());
        tail.Take(Encoding.UTF8.GetBytes(new string('y', 600) + "\nbegun"));
        Assert.Equal("begun", tail.LastWords());
    }

    private static List<string> Read(byte[] log, int piece, bool keepColour = false)
    {
        var found = new List<string>();
        var lines = new LogLines(keepColour);
        void Keep(ReadOnlySpan<byte> line) => found.Add(Encoding.UTF8.GetString(line));
        for (var at = 0; at < log.Length; at += piece)
            lines.Take(log.AsSpan(at, Math.Min(piece, log.Length - at)), Keep);
        lines.End(Keep);
        return found;
    }
}

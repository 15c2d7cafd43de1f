using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class LintTextTests
{
    [Fact]
    public void A_mistake_is_shown_with_its_line_a_caret_and_help()
    {
        var diagnostic = new Diagnostic("CI0301", Severity.Error, "deploy job: undefined need: buld", new Position("a.yml", 12, 13))
        {
            Help = "did you mean \"build\"?",
        };
        var text = string.Concat(Enumerable.Repeat("\n", 11)) + "    needs: [buld, test]\n";
        Assert.Equal(
            """
            error[CI0301]: deploy job: undefined need: buld
               ┌─ a.yml:12:13
            12 │     needs: [buld, test]
               │             ^^^^ did you mean "build"?

            """,
            LintReport.ToText([diagnostic], _ => text, new Palette(false))
        );
    }

    [Fact]
    public void Tabs_and_wide_characters_do_not_move_the_caret()
    {
        var diagnostic = new Diagnostic("CI0000", Severity.Warning, "m", new Position("a.yml", 1, 5));
        Assert.Equal(
            "warning[CI0000]: m\n  ┌─ a.yml:1:5\n1 │ 日本: x\n  │       ^\n",
            LintReport.ToText([diagnostic], _ => "日本: x", new Palette(false))
        );
        Assert.EndsWith(
            "  │     ^\n",
            LintReport.ToText([diagnostic with { At = new Position("a.yml", 1, 2) }], _ => "\tx", new Palette(false))
        );
    }

    [Fact]
    public void A_mistake_without_help_of_its_own_has_that_of_its_code()
    {
        var diagnostic = new Diagnostic(DiagnosticCode.CircularNeeds, Severity.Error, "m", new Position("a.yml", 1, 1));
        var text = LintReport.ToText([diagnostic, diagnostic], _ => "x", new Palette(false));
        Assert.Contains("  = help: Take one of the needs out.", text);
        Assert.Equal(2, text.Split("help:").Length);
    }

    [Fact]
    public void In_a_narrow_window_lines_break_and_help_goes_below()
    {
        var diagnostic = new Diagnostic(
            "CI0302",
            Severity.Error,
            "unit job: undefined need: compile-everything",
            new Position("a.yml", 1, 9)
        )
        {
            Help = "Did you mean compile?",
            Trail = [("included from", new Position("b.yml", 2, 3))],
        };
        Assert.Equal(
            """
            error[CI0302]: unit job:
            undefined need:
            compile-everything
              ┌─ a.yml:1:9
            1 │ needs: [compile-everything]
              │         ^^^^^^^^^^^^^^^^^^
              = included from b.yml:2:3
              = help: Did you mean compile?

            """,
            LintReport.ToText([diagnostic], _ => "needs: [compile-everything]", new Palette(false), 31)
        );
    }

    [Fact]
    public void A_place_outside_of_the_file_is_told_without_a_line()
    {
        var diagnostic = new Diagnostic("CI0001", Severity.Error, "m", new Position("https://host/x.yml", 99, 1)) { Help = "h" };
        Assert.Equal(
            "error[CI0001]: m\n   ┌─ https://host/x.yml:99:1\n   = help: h\n",
            LintReport.ToText([diagnostic], _ => null, new Palette(false))
        );
        Assert.Equal(
            "error[CI0001]: m\n   ┌─ https://host/x.yml:99:1\n   = help: h\n",
            LintReport.ToText([diagnostic], _ => "one line", new Palette(false))
        );
    }
}

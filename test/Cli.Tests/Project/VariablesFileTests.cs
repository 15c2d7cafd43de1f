using Slipway.Cli.Project;
using Slipway.Cli.Tests.Support;
using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Cli.Tests.Project;

public sealed class VariablesFileTests
{
    [Fact]
    public void Lines_and_marks_are_read()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "vars.env",
            "# about the next\nA=1\nexport B = \"two words\"\n\n# masked, raw\nTOKEN=s3cr$et=\n# file\n# environment: review/*\nKEY='x\\ny'\nLAST=\r\n"
        );
        Assert.Equal(
            [
                new ScopedVariable(new Variable("A", "1", Public: false)),
                new ScopedVariable(new Variable("B", "two words", Public: false)),
                new ScopedVariable(new Variable("TOKEN", "s3cr$et=", Public: false, Masked: true, Raw: true)),
                new ScopedVariable(new Variable("KEY", "x\\ny", Public: false, File: true), "review/*"),
                new ScopedVariable(new Variable("LAST", "", Public: false)),
            ],
            VariablesFile.Read(file, onProtectedRef: true)
        );
    }

    [Fact]
    public void GitLabs_own_json_is_read_and_protected_ones_need_a_protected_ref()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(
            "vars.json",
            """[{"key":"A","value":"1","variable_type":"file","masked":true,"raw":true,"protected":false,"environment_scope":"prod"},{"key":"B","value":"2","protected":true}]"""
        );
        Assert.Equal(
            [new ScopedVariable(new Variable("A", "1", false, true, true, true), "prod")],
            VariablesFile.Read(file, onProtectedRef: false)
        );
        Assert.Equal(2, VariablesFile.Read(file, onProtectedRef: true).Length);
    }

    [Theory]
    [InlineData("no equals sign", ":1: this is not KEY=VALUE")]
    [InlineData("OK=1\nbad-key=2", ":2: this is not KEY=VALUE")]
    [InlineData("[{\"value\":\"1\"}]", "no proper \"key\"")]
    [InlineData("[{\"key\":\"A\",", "this is not JSON")]
    public void A_mistake_is_told_with_its_place(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<CommandException>(() => VariablesFile.Read(folder.Write("vars", text), true));
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Contains(expected, e.Message);
    }
}

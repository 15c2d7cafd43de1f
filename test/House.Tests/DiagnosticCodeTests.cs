using System.Reflection;
using Slipway.Compiler;
using Xunit;

namespace Slipway.House.Tests;

public sealed class DiagnosticCodeTests
{
    [Fact]
    public void No_code_has_two_meanings()
    {
        var codes = typeof(DiagnosticCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .ToList();

        Assert.NotEmpty(codes);
        Assert.Empty(codes.GroupBy(code => code).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.All(codes, code => Assert.Matches("^CI[0-9]{4}$", code));
    }
}

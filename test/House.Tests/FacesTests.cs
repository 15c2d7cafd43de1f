using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace Slipway.House.Tests;

/// <summary>What an assembly shows to the others.</summary>
public sealed class FacesTests
{
    private static readonly Assembly[] Assemblies =
    [
        .. new[] { "Slipway.Protocol", "Slipway.Compiler", "Slipway.Engine", "Slipway.Runner", "Slipway.Server", "slipway" }.Select(
            Assembly.Load
        ),
    ];

    [Theory]
    [InlineData("Slipway.Protocol", 50)]
    [InlineData("Slipway.Compiler", 42)]
    [InlineData("Slipway.Engine", 21)]
    [InlineData("Slipway.Runner", 55)]
    [InlineData("Slipway.Server", 15)]
    [InlineData("slipway", 5)]
    public void A_public_face_stays_small(string assembly, int atMost)
    {
        string[] types = [.. Assembly.Load(assembly).GetExportedTypes().Where(type => !type.IsNested).Select(type => type.Name).Order()];
        Assert.True(types.Length <= atMost, $"{types.Length} public types: {string.Join(", ", types)}");
    }

    [Fact]
    public void An_interface_has_two_real_implementations()
    {
        var types = Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => !IsGenerated(type)).ToArray();
        var lonely =
            from face in types
            where face.IsInterface
            let count = types.Count(type => type is { IsInterface: false, IsAbstract: false } && face.IsAssignableFrom(type))
            where count < 2
            select $"{face.FullName} has {count}";
        Assert.Empty(lonely);
    }

    [Fact]
    public void A_type_is_sealed_static_or_abstract()
    {
        var open =
            from type in Assemblies.SelectMany(assembly => assembly.GetTypes())
            where type is { IsClass: true, IsSealed: false, IsAbstract: false } && !IsGenerated(type)
            select type.FullName;
        Assert.Empty(open);
    }

    private static bool IsGenerated(Type? type)
    {
        for (; type is not null; type = type.DeclaringType)
            if (type.IsDefined(typeof(CompilerGeneratedAttribute), false) || type.Name.StartsWith('<'))
                return true;
        return false;
    }
}

using Slipway.Compiler.Include;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Include;

public sealed class ConfigurationLoaderTests
{
    [Fact]
    public void Files_are_included_extended_and_referred_to_in_this_order()
    {
        var tree = ProjectTree.From(
            new Dictionary<string, string>
            {
                [".gitlab-ci.yml"] = """
                include: [ci/a.yml]
                .base: {script: [root], tags: [x]}
                job:
                  extends: .base
                  after_script: !reference [.base, script]
                """,
                ["ci/a.yml"] = """
                .base: {script: [included], image: alpine}
                """,
            }
        );
        var bag = new DiagnosticBag();
        var loaded = ConfigurationLoader.Load(new ConfigRoot.File(".gitlab-ci.yml"), tree, new IncludeScope(), bag);
        Assert.Empty(bag.ToImmutable());
        Assert.Equal([".gitlab-ci.yml", "ci/a.yml"], loaded.Files);
        Assert.Equal(
            """{".base":{"script":["root"],"image":"alpine","tags":["x"]},"job":{"script":["root"],"image":"alpine","tags":["x"],"extends":".base","after_script":["root"]}}""",
            JsonText.Of(loaded.Root!)
        );
    }
}

using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Services;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:7156b200453643635388ec46f2164459b1c42da5ba8b9d76df6133c17e429b51";

    [Theory]
    [InlineData("alpine", "docker.io/library/alpine", "latest", null)]
    [InlineData("alpine:3.20", "docker.io/library/alpine", "3.20", null)]
    [InlineData("group/image", "docker.io/group/image", "latest", null)]
    [InlineData("index.docker.io/redis:7", "docker.io/library/redis", "7", null)]
    [InlineData("localhost/app", "localhost/app", "latest", null)]
    [InlineData("registry:5000/a/b:tag", "registry:5000/a/b", "tag", null)]
    [InlineData("[::1]:5000/a", "[::1]:5000/a", "latest", null)]
    [InlineData("gcr.io/kaniko-project/executor:v1.23.2-debug", "gcr.io/kaniko-project/executor", "v1.23.2-debug", null)]
    [InlineData("alpine@" + Digest, "docker.io/library/alpine", "latest", Digest)]
    [InlineData("alpine:3@" + Digest, "docker.io/library/alpine", "3", Digest)]
    [InlineData("a__b/c.d-e---f", "docker.io/a__b/c.d-e---f", "latest", null)]
    public void A_name_is_taken_apart(string text, string fullName, string tag, string? digest)
    {
        var image = ImageReference.Parse(text);
        Assert.NotNull(image);
        Assert.Equal((fullName, tag, digest), (image.FullName, image.Tag, image.Digest));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("Alpine")]
    [InlineData("alpine:")]
    [InlineData("alpine:a b")]
    [InlineData("al pine")]
    [InlineData("alpine?x=1")]
    [InlineData("../../containers/json")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a.-b")]
    [InlineData("alpine@sha256:12")]
    [InlineData("alpine@sha256:zz56b200453643635388ec46f2164459b1c42da5ba8b9d76df6133c17e429b51")]
    [InlineData("host:port/a")]
    [InlineData("host:99999/a")]
    public void What_is_no_name_never_reaches_the_engine(string text) => Assert.Null(ImageReference.Parse(text));

    [Fact]
    public void A_name_of_more_than_255_characters_is_none() => Assert.Null(ImageReference.Parse(new string('a', 256)));

    [Theory]
    [InlineData("redis:7", null, "redis")]
    [InlineData("tutum.co/wordpress", null, "tutum.co__wordpress,tutum.co-wordpress")]
    [InlineData("registry.example.com:5000/a/b:latest@" + Digest, null, "registry.example.com__a__b,registry.example.com-a-b")]
    [InlineData("mysql", "db", "mysql,db")]
    [InlineData("mysql", "db, database  db\tmysql", "mysql,db,database")]
    public void A_service_is_reached_by_the_names_GitLab_gives_it(string image, string? alias, string expected) =>
        Assert.Equal(expected.Split(','), ServiceAliases.Of(ImageReference.Parse(image)!, alias));
}

using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class HelpTests
{
    [Theory]
    [InlineData("rspec: {script: test, artefacts: {}}", "Did you mean artifacts?")]
    [InlineData("rspec: {script: test, only_if: a, need: [b]}", "Did you mean needs?")]
    [InlineData("rspec: {script: test, stages: [test]}", "stages belongs at the top level of the file.")]
    [InlineData("rspec: {script: test, type: test}", "type has become stage.")]
    [InlineData("rspec: {trigger: a/b, image: c}", "No runner sees a trigger job, so it cannot have image.")]
    [InlineData("rspec: {scripts: test, stage: test}", "Did you mean script where it says scripts?")]
    [InlineData("varibles: {A: b}\nrspec: {script: test}", "Did you mean variables?")]
    [InlineData("stagess: [a]\nrspec: {script: test}", "Did you mean stages?")]
    [InlineData("rspec: {image: a}", "Give it a script, or a dot in front of its name if it is only a template.")]
    [InlineData("rspec: {script: test, rules: [{if: $A, changs: [a]}]}", "Did you mean changes?")]
    [InlineData("rspec: {script: test, artifacts: {pahts: [a]}}", "Did you mean paths?")]
    [InlineData("rspec: {script: test, artifacts: {when: on_sucess}}", "Did you mean on_success?")]
    [InlineData("build: {script: a}\nrspec: {script: test, needs: [bulid]}", "Did you mean build?")]
    [InlineData("rspec: {script: test, stage: deply}", "Did you mean deploy?")]
    [InlineData("rspec: {script: test, stage: true}", "YAML reads this as the boolean true; quote it to make it a text.")]
    [InlineData("rspec: {script: [{echo: a}]}", "This is a map: does the text hold a colon and a blank? Quote it then.")]
    [InlineData("rspec: {script: test, timeout: 3600}", "GitLab wants a text here: \"3600 seconds\".")]
    public void A_mistake_comes_with_advice(string yaml, string help) => Assert.Equal(help, Assert.Single(Reading.Of(yaml).Errors).Help);

    [Fact]
    public void Further_unknown_keys_are_in_the_trail()
    {
        var error = Assert.Single(Reading.Of("a:\n  script: x\n  one: 1\n  two: 2").Errors);
        Assert.Equal([("two stands at", new Position(Reading.File, 4, 3))], error.Trail);
    }
}

using Slipway.Compiler.Compose;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Compose;

public sealed class MergeTests
{
    [Fact]
    public void A_budget_holds_to_the_last_entry_and_stays_exhausted()
    {
        var budget = new MergeBudget(3);
        Assert.True(budget.Spend(2));
        Assert.True(budget.Spend(1));
        Assert.False(budget.Exhausted);
        Assert.True(budget.Spend(0));
        Assert.False(budget.Spend(1));
        Assert.True(budget.Exhausted);
        Assert.False(budget.Spend(0));
        Assert.False(budget.Spend(-5));
    }

    [Fact]
    public void Both_sides_of_a_merge_cost_what_they_hold()
    {
        var (under, over) = (Map("{a: 1, b: 2}"), Map("{c: 3}"));
        var enough = new MergeBudget(3);
        Assert.Equal("""{"a":1,"b":2,"c":3}""", JsonText.Of(DeepMerge.Of(under, over, enough)));
        Assert.False(enough.Exhausted);
        var few = new MergeBudget(2);
        Assert.Same(over, DeepMerge.Of(under, over, few));
        Assert.True(few.Exhausted);
    }

    [Fact]
    public void Nothing_underneath_costs_nothing()
    {
        var over = Map("{c: 3}");
        Assert.Same(over, DeepMerge.Of(Map("{}"), over, new MergeBudget(0)));
    }

    [Fact]
    public void Layers_are_laid_in_order_and_the_last_gives_the_place()
    {
        var budget = new MergeBudget(6);
        var merged = DeepMerge.OfAll([Map("{a: 1, v: {x: 1}}"), Map("{b: 2}")], Map("{a: 3}"), budget);
        Assert.Equal("""{"a":3,"v":{"x":1},"b":2}""", JsonText.Of(merged));
        merged = DeepMerge.OfAll([Map("{a: 1}")], Map("{b: 1, c: 2}"), budget);
        Assert.True(budget.Exhausted);
        Assert.Equal("""{"a":1}""", JsonText.Of(merged));
    }

    private static ConfigMapping Map(string yaml) => YamlFile.Read("f", yaml, new DiagnosticBag())!.Body;
}

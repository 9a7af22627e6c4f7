//! How the command ends when it cannot begin.

use postern_test_world::World;

use super::stage::Stage;

#[tokio::test]
async fn the_exit_code_tells_a_wrong_line_from_a_deployment_that_is_not_there_and_one_that_refuses() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    assert_eq!(stage.postern(&["vendor", "dance"]).code, 2);
    let broken = {
        stage.fails("describe-stacks", true);
        stage.postern(&["vendor", "list"])
    };
    assert_eq!(broken.code, 3);
    assert!(
        broken
            .err
            .contains("An error occurred (Broken) when calling describe-stacks: on purpose"),
        "{broken:?}"
    );
    let none = "\nAn error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id x does not exist\n";
    std::fs::write(stage.path("describe-stacks.err"), none).unwrap();
    let none = stage.postern(&["vendor", "list", "--json"]);
    assert_eq!(none.code, 4);
    assert_eq!(none.json()["exit"], 4);
}

#[tokio::test]
async fn completions_need_no_deployment() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let said = stage.postern(&["completions", "bash"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("_postern()"));
    assert!(stage.calls("describe-stacks").is_empty());
}

#[tokio::test]
async fn a_region_is_asked_for_where_none_is_named() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let said = stage.postern_somewhere(&["vendor", "list"]);
    assert_eq!(
        (said.code, said.err.contains("Name it with --region")),
        (3, true),
        "{said:?}"
    );
}

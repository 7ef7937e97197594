//! Runs each target for as long as the environment says.

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                let name = stringify!($name);
                let target = kysera_fuzz::TARGETS.iter().find(|(known, _)| *known == name);
                let (name, target) = target.expect("it is listed");
                kysera_fuzz::engine::fuzz(name, *target);
            }
        )*

        #[test]
        fn every_target_is_run() {
            let listed: Vec<_> = kysera_fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(listed, [$(stringify!($name)),*]);
        }
    };
}

targets!(lexer, guard, compiler, postgres_cells, other_cells, postgres_server);
